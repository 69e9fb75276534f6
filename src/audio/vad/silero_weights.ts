// Reads the Silero network's 8 kHz weights out of its ONNX file, for the native kernel. An ONNX file is a protobuf
// message (onnx.proto); this reads the few fields that lead to the constants and nothing else.

import { EngineError } from '../../errors.js';

/**
 * The weights in the order that the kernel takes (native/dsp/silero_net.h): name at the end of the tensor's name in the
 * file, and shape.
 */
const TENSORS: readonly (readonly [string, readonly number[]])[] = [
  ['stft.forward_basis_buffer', [130, 1, 128]],
  ['encoder.0.reparam_conv.weight', [128, 65, 3]],
  ['encoder.0.reparam_conv.bias', [128]],
  ['encoder.1.reparam_conv.weight', [64, 128, 3]],
  ['encoder.1.reparam_conv.bias', [64]],
  ['encoder.2.reparam_conv.weight', [64, 64, 3]],
  ['encoder.2.reparam_conv.bias', [64]],
  ['encoder.3.reparam_conv.weight', [128, 64, 3]],
  ['encoder.3.reparam_conv.bias', [128]],
  ['decoder.rnn.weight_ih', [512, 128]],
  ['decoder.rnn.weight_hh', [512, 128]],
  ['decoder.rnn.bias_ih', [512]],
  ['decoder.rnn.bias_hh', [512]],
  ['decoder.decoder.2.weight', [1, 128, 1]],
  ['decoder.decoder.2.bias', [1]],
];
const WEIGHT_FLOATS = TENSORS.reduce((sum, [, shape]) => sum + size(shape), 0);

/** Field numbers of onnx.proto. */
const MODEL = { graph: 7 } as const;
const GRAPH = { node: 1 } as const;
const NODE = { input: 1, output: 2, opType: 4, attribute: 5 } as const;
const ATTRIBUTE = { name: 1, tensor: 5, graph: 6 } as const;
const TENSOR = { dims: 1, dataType: 2, int64Data: 7, rawData: 9 } as const;
const FLOAT32 = 1;

/**
 * All weights of the 8 kHz network in one array. `file` is the content of models/silero_vad.onnx. Throws EngineError
 * VAD_MODEL when it is not an ONNX file of that network.
 */
export function readSileroWeights(file: Uint8Array): Float32Array {
  try {
    const graph = new Message(file).message(MODEL.graph);
    const constants = constantsOf(branchFor8kHz(graph));
    const weights = new Float32Array(WEIGHT_FLOATS);
    let at = 0;
    for (const [name, shape] of TENSORS) {
      const found = [...constants].filter(([output]) => output.endsWith(name));
      if (found.length !== 1) throw new Error(`${found.length} tensors named ${name}`);
      weights.set(floatsOf(found[0][1], name, shape), at);
      at += size(shape);
    }
    return weights;
  } catch (cause) {
    throw new EngineError('VAD_MODEL', { cause, detail: `not the expected network: ${(cause as Error).message}` });
  }
}

/** The file holds both sample rates: an If node asks whether `sr` equals a constant, 16000 in the official export. */
function branchFor8kHz(graph: Message): Message {
  const nodes = graph.messages(GRAPH.node);
  const producer = (output: string) => nodes.find((node) => node.texts(NODE.output).includes(output));
  const choice = nodes.find((node) => node.text(NODE.opType) === 'If');
  const condition = choice && producer(choice.text(NODE.input));
  const compared = condition?.texts(NODE.input).map(producer);
  const constant = compared?.find((node) => node?.text(NODE.opType) === 'Constant');
  if (!choice || condition?.text(NODE.opType) !== 'Equal' || !constant) throw new Error('no choice of sample rate');
  const [rateHz] = attribute(constant, 'value').message(ATTRIBUTE.tensor).numbers(TENSOR.int64Data);
  if (rateHz !== 16000 && rateHz !== 8000) throw new Error('a choice between unknown sample rates');
  return attribute(choice, rateHz === 8000 ? 'then_branch' : 'else_branch').message(ATTRIBUTE.graph);
}

function attribute(node: Message, name: string): Message {
  const found = node.messages(NODE.attribute).find((candidate) => candidate.text(ATTRIBUTE.name) === name);
  if (!found) throw new Error(`no attribute ${name}`);
  return found;
}

/** The tensors of the graph's Constant nodes by the name of what they produce. */
function constantsOf(graph: Message): Map<string, Message> {
  const constants = graph.messages(GRAPH.node).filter((node) => node.text(NODE.opType) === 'Constant');
  return new Map(constants.map((node) => [node.text(NODE.output), attribute(node, 'value').message(ATTRIBUTE.tensor)]));
}

function floatsOf(tensor: Message, name: string, shape: readonly number[]): Float32Array {
  const dims = tensor.numbers(TENSOR.dims);
  const raw = tensor.bytes(TENSOR.rawData);
  const isExpected = tensor.numbers(TENSOR.dataType)[0] === FLOAT32 && dims.join() === shape.join();
  if (!isExpected || raw.byteLength !== 4 * size(shape)) throw new Error(`${name} has another type or shape`);
  const floats = new Float32Array(size(shape));
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  for (let i = 0; i < floats.length; i++) floats[i] = view.getFloat32(4 * i, true);
  return floats;
}

function size(shape: readonly number[]): number {
  return shape.reduce((product, dim) => product * dim, 1);
}

/** One protobuf message: the values of its fields by field number, in order. */
class Message {
  readonly #fields = new Map<number, (Uint8Array | number)[]>();

  constructor(content: Uint8Array) {
    const reader = new Reader(content);
    while (!reader.atEnd) {
      const key = reader.varint();
      const field = Math.floor(key / 8);
      const values = this.#fields.get(field) ?? [];
      values.push(reader.value(key % 8));
      this.#fields.set(field, values);
    }
  }

  bytes(field: number): Uint8Array {
    const [first] = this.#all(field);
    if (!first) throw new Error(`field ${field} is missing`);
    return first;
  }
  message(field: number): Message {
    return new Message(this.bytes(field));
  }
  messages(field: number): Message[] {
    return this.#all(field).map((bytes) => new Message(bytes));
  }
  /** The first string; empty when there is none. */
  text(field: number): string {
    return this.texts(field)[0] ?? '';
  }
  texts(field: number): string[] {
    return this.#all(field).map((bytes) => Buffer.from(bytes).toString('utf8'));
  }
  /** Repeated whole numbers, packed into one field or not. */
  numbers(field: number): number[] {
    const numbers: number[] = [];
    for (const value of this.#fields.get(field) ?? []) {
      if (typeof value === 'number') numbers.push(value);
      else for (const reader = new Reader(value); !reader.atEnd; ) numbers.push(reader.varint());
    }
    return numbers;
  }

  #all(field: number): Uint8Array[] {
    return (this.#fields.get(field) ?? []).filter((value) => typeof value !== 'number');
  }
}

/** Protobuf's encoding. Throws where the bytes end before the value does. */
class Reader {
  #at = 0;
  constructor(readonly bytes: Uint8Array) {}

  get atEnd(): boolean {
    return this.#at >= this.bytes.length;
  }

  /** A field's value by its wire type: a number, or bytes. */
  value(wireType: number): Uint8Array | number {
    if (wireType === 0) return this.varint();
    if (wireType === 1) return this.#take(8);
    if (wireType === 2) return this.#take(this.varint());
    if (wireType === 5) return this.#take(4);
    throw new Error(`unknown wire type ${wireType}`);
  }

  /** Exact up to 2^53; larger ones (negative numbers) are none of those that are looked at. */
  varint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const [byte] = this.#take(1);
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  #take(length: number): Uint8Array {
    if (length > this.bytes.length - this.#at) throw new Error('the file ends too early');
    return this.bytes.subarray(this.#at, (this.#at += length));
  }
}
