// Who speaks for the company: names, prompts, fixed lines, and when a reply closes the call. A persona is data
// (agent_definition.ts), so another business needs a JSON file and no code; reading that file is the caller's work.
// The one that ships is personas/compass_group.ts.

import type { CallDirection } from '../call/call.js';
import { spokenText } from '../conversation/text/spoken_text.js';
import { type FarewellRules, farewellRules } from '../conversation/turns/farewell.js';
import type { ToolDefinition } from '../tools/tool_definition.js';
import { type AgentSettings, type CheckedDefinition, checkDefinition, PLACEHOLDER } from './agent_definition.js';
import { type VariableRule, valueProblem } from './agent_settings.js';
import { hoursByDay, isOpen, type OpeningHours } from './opening_hours.js';
import { type Overflow, type OverflowReason, overflowOf } from './overflow.js';
import { COMPASS_GROUP } from './personas/compass_group.js';
import { ENGLISH_LINES, stockLines } from './stock_lines.js';

/** Values of one call for the persona's templates. They come from outside and are treated so. */
export type Variables = Readonly<Record<string, string>>;

/** A sentence for somebody else's voice, and the language it is in (BCP 47). */
export interface CarrierLine {
  text: string;
  language: string;
}

/** Lines that a file may bring, and lines that it brings by `say`. */
type OwnLineName = 'allLinesBusy' | 'technicalProblem' | 'cutOff' | 'goesOn' | 'closed';
type CarrierLineName = OwnLineName | 'inQueue' | 'callbackOffer' | 'callbackTaken';

/** Longest a value may get inside a spoken line or a prompt. */
const VALUE_CHARS_MAX = 200;

export class AgentProfile {
  readonly name: string;
  readonly company: string;
  readonly language: string;
  /** null = use the configured voice. */
  readonly voiceId: string | null;
  readonly keyterms: readonly string[];
  /** When a reply closes the call. */
  readonly farewell: FarewellRules;
  /** What the model may do besides speaking. */
  readonly tools: readonly ToolDefinition[];
  /** What it sets beside its words, as its file has it. */
  readonly settings: Readonly<AgentSettings>;
  readonly #definition: CheckedDefinition;
  /** null = it is always there. */
  readonly #hours: OpeningHours | null;

  constructor(definition: CheckedDefinition) {
    this.#definition = definition;
    this.name = definition.name;
    this.company = definition.company;
    this.language = definition.language;
    this.voiceId = definition.voiceId;
    this.keyterms = definition.keyterms;
    this.tools = definition.tools;
    this.farewell = farewellRules(definition.language, definition.goodbyePattern);
    this.settings = definition;
    const { openingHours } = definition;
    this.#hours = openingHours === undefined ? null : { ...openingHours, days: hoursByDay(openingHours.days) };
  }

  /** Is it there? @param atMs Unix time */
  isOpen(atMs: number): boolean {
    return this.#hours === null || isOpen(this.#hours, atMs);
  }

  /**
   * What is wrong with the values that a call to be dialled brings, by name; empty = nothing. Rules are declared one by one: of
   * an agent that declares none, any value is taken, and what no text uses is ignored.
   */
  variableProblems(variables: Variables): { name: string; what: string }[] {
    const declared = Object.entries(this.#definition.variables);
    const rules = declared.filter((each): each is [string, VariableRule] => typeof each[1] !== 'string');
    const problems = rules.flatMap(([name, rule]) => {
      const value = Object.hasOwn(variables, name) ? variables[name] : '';
      if (value.trim() === '') return rule.required ? [{ name, what: 'is missing: the agent needs it' }] : [];
      const what = valueProblem(value, rule);
      return what === null ? [] : [{ name, what }];
    });
    if (rules.length === 0) return problems;
    const unknown = Object.keys(variables).filter((name) => !declared.some(([known]) => known === name));
    return [...problems, ...unknown.map((name) => ({ name, what: 'is no variable of the agent' }))];
  }

  /** The language model's instructions. A call's `variables` win over the persona's; undeclared names are ignored. */
  systemPrompt(direction: CallDirection, variables: Variables): string {
    // One line per value: it must not look like a paragraph of instructions.
    const values = this.#values(variables, (value) => value.replace(/[\p{C}\p{Z}\s]+/gu, ' ').trim());
    return fill(pick(this.#definition.systemPrompt, direction), values);
  }

  /** The first words of the call. */
  greeting(direction: CallDirection, variables: Variables): string {
    return this.#spoken(pick(this.#definition.greeting, direction), variables);
  }

  /** Said when an answer can't be made. */
  apology(variables: Variables = {}): string {
    return this.#spoken(this.#definition.apology, variables);
  }

  /** Said when the caller has been silent for long. */
  idlePrompt(variables: Variables = {}): string {
    return this.#spoken(this.#definition.idlePrompt, variables);
  }

  /** Said when we end the call. */
  goodbye(variables: Variables = {}): string {
    return this.#spoken(this.#definition.goodbye, variables);
  }

  /** Said when speech recognition is down and nothing of the caller is heard. */
  cannotHear(variables: Variables = {}): string {
    const { cannotHear, apology } = this.#definition;
    return this.#spoken(cannotHear ?? stockLines(this.language)?.cannotHear ?? apology, variables);
  }

  /** The last words of a call that never came to hear again. */
  cannotHearGoodbye(variables: Variables = {}): string {
    const { cannotHearGoodbye, apology, goodbye } = this.#definition;
    const line = cannotHearGoodbye ?? stockLines(this.language)?.cannotHearGoodbye ?? `${apology} ${goodbye}`;
    return this.#spoken(line, variables);
  }

  /** Said while an answer or a tool takes long; '' = nothing. */
  oneMoment(variables: Variables = {}): string {
    const line = this.#definition.oneMoment ?? stockLines(this.language)?.oneMoment;
    return line === undefined ? '' : this.#spoken(line, variables);
  }

  /** Said when an answer takes longer still; '' = nothing. */
  stillOnIt(variables: Variables = {}): string {
    return this.#spoken(this.#definition.stillOnIt ?? stockLines(this.language)?.stillOnIt ?? '', variables);
  }

  /** The last words of a call in which answers kept failing. */
  technicalGoodbye(variables: Variables = {}): string {
    const { technicalProblem, apology, goodbye } = this.#definition;
    const line = technicalProblem ?? stockLines(this.language)?.technicalProblem ?? `${apology} ${goodbye}`;
    return this.#spoken(line, variables);
  }

  /** Sentences that are heard to their end, whatever the caller says. */
  mustBeHeard(variables: Variables = {}): string[] {
    return this.#definition.mustBeHeard.map((text) => this.#spoken(text, variables));
  }

  /** Said before a recording begins; '' = nothing is. */
  recordingLine(variables: Variables = {}): string {
    const { consent, line } = this.#definition.recording;
    if (consent === 'none') return '';
    const stock = stockLines(this.language);
    const usual = consent === 'ask' ? stock?.recordingQuestion : stock?.recordingNotice;
    return this.#spoken(line ?? usual ?? '', variables);
  }

  /** Left for whom we did not reach, in their mailbox; '' = nothing. */
  voicemailMessage(variables: Variables = {}): string {
    return this.#spoken(this.#definition.voicemail.message ?? '', variables);
  }

  /** Said by the carrier's voice when every line is taken. */
  allLinesBusy(): CarrierLine {
    return this.#carrierLine('allLinesBusy');
  }

  /** What becomes of a caller for whom there is no line, or nobody: what the carrier's voice says (null = nothing), then where to. */
  overflow(reason: OverflowReason): { line: CarrierLine | null; elsewhere: Overflow } {
    const fields = this.#definition.overflow[reason];
    const elsewhere = overflowOf(fields);
    const own = fields?.say === undefined ? null : { text: this.#spoken(fields.say, {}), language: this.language };
    if (own !== null) return { line: own, elsewhere };
    if (elsewhere.kind === 'enqueue') return { line: this.#carrierLine('inQueue'), elsewhere };
    if (elsewhere.kind === 'callback') return { line: this.#carrierLine('callbackOffer'), elsewhere };
    if (elsewhere.kind !== 'hang_up') return { line: null, elsewhere };
    return { line: reason === 'busy' ? this.allLinesBusy() : this.closed(), elsewhere };
  }

  /** Said by the carrier's voice to who asked to be called back. */
  callbackTaken(): CarrierLine {
    return this.#carrierLine('callbackTaken');
  }

  /** Said by the carrier's voice when ours failed. */
  technicalProblem(): CarrierLine {
    return this.#carrierLine('technicalProblem');
  }

  /** Said by the carrier's voice outside of the opening hours. */
  closed(): CarrierLine {
    return this.#carrierLine('closed');
  }

  /** Said by the carrier's voice before a call begins anew that another process was holding. */
  cutOff(): CarrierLine {
    return this.#carrierLine('cutOff');
  }

  /** Said by the carrier's voice before a call goes on that another process was holding. */
  goesOn(): CarrierLine {
    return this.#carrierLine('goesOn');
  }

  /** Lines whose audio is worth preparing: all that are said without a call's own values. */
  fixedLines(): string[] {
    const greetings = [this.greeting('inbound', {}), this.greeting('outbound', {})];
    const others = [this.apology(), this.idlePrompt(), this.goodbye(), this.cannotHear(), this.cannotHearGoodbye()];
    const waiting = [
      this.oneMoment(),
      this.stillOnIt(),
      this.technicalGoodbye(),
      this.voicemailMessage(),
      this.recordingLine(),
    ];
    return [...new Set([...greetings, ...others, ...waiting])].filter((line) => line !== '');
  }

  #carrierLine(name: CarrierLineName): CarrierLine {
    const own =
      (name in this.#definition ? this.#definition[name as OwnLineName] : null) ?? stockLines(this.language)?.[name];
    if (own === undefined) return { text: ENGLISH_LINES[name], language: 'en' };
    return { text: this.#spoken(own, {}), language: this.language };
  }

  /** Whatever file and call put in, nothing but speakable characters comes out. */
  #spoken(template: string, variables: Variables): string {
    const values = this.#values(variables, (value) => spokenText(value, this.language));
    return spokenText(fill(template, values), this.language);
  }

  #values(variables: Variables, clean: (value: string) => string): Map<string, string> {
    const values = new Map(Object.entries(this.#definition.variables).map(([name, value]) => [name, defaultOf(value)]));
    for (const [name, value] of Object.entries(variables)) {
      if (values.has(name) && value.trim() !== '') values.set(name, value);
    }
    for (const [name, value] of values) values.set(name, clean(value.slice(0, VALUE_CHARS_MAX)));
    values.set('agent_name', this.name);
    values.set('company', this.company);
    return values;
  }
}

/**
 * A persona from JSON text or from what it parses to. Throws EngineError CONFIG_INVALID whose detail names every
 * problem, one a line.
 */
export function parseAgentProfile(source: unknown): AgentProfile {
  return new AgentProfile(checkDefinition(source));
}

export const DEFAULT_AGENT = parseAgentProfile(COMPASS_GROUP);

function defaultOf(variable: CheckedDefinition['variables'][string]): string {
  return typeof variable === 'string' ? variable : variable.default;
}

function fill(template: string, values: ReadonlyMap<string, string>): string {
  return template.replace(PLACEHOLDER, (_, name: string) => values.get(name) ?? '');
}

function pick(texts: string | { inbound: string; outbound: string }, direction: CallDirection): string {
  return typeof texts === 'string' ? texts : texts[direction];
}
