// Makes the OpenAPI 3.1 document of operations.ts and the table of who may ask (http/access.ts), and answers it. Schemas
// are what zod makes of those that the handlers use.

import { z } from 'zod';
import { ACCESS, type Access, type Endpoint, isOpen } from '../http/access.js';
import type { Handler } from '../http/exchange.js';
import type { Reply } from '../http/reply.js';
import * as answers from './answers.js';
import { type Answer, OPERATIONS, type Operation } from './operations.js';

/** JSON Schema and OpenAPI are data to us. */
type Data = Record<string, unknown>;

/** Schemas that have a name of their own. */
const NAMED: ReadonlyMap<z.ZodType, string> = new Map<z.ZodType, string>([
  [answers.problem, 'Problem'],
  [answers.dialled, 'Dialled'],
  [answers.callStatus, 'CallStatus'],
  [answers.callRow, 'CallRow'],
  [answers.callList, 'CallList'],
  [answers.callDetails, 'Call'],
  [answers.recordingList, 'Recordings'],
  [answers.health, 'Health'],
]);

/** `GET /openapi.json`, made once. */
export function openApi(version: string): Handler {
  const body = JSON.stringify(openApiDocument(version));
  return (): Reply => ({ status: 200, headers: { 'content-type': 'application/json' }, body });
}

export function openApiDocument(version: string): Data {
  const paths: Record<string, Data> = {};
  for (const [endpoint, operation] of Object.entries(OPERATIONS)) {
    const [method, pattern] = endpoint.split(' ');
    const path = pattern.replace(/:(\w+)/g, '{$1}');
    paths[path] = { ...paths[path], [method.toLowerCase()]: describe(endpoint as Endpoint, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'ringline',
      version,
      description:
        'An AI phone agent server. Without API_KEYS the endpoints that want a key answer requests of the machine itself. ' +
        'Every answer carries X-Request-Id: the request’s own, or one that is made.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    tags: [
      { name: 'api', description: "for the company's systems and its operators" },
      { name: 'twilio', description: 'webhooks, for Twilio only: refused without its signature' },
      { name: 'operation', description: 'for orchestrators, monitoring and people' },
    ],
    paths,
    components: {
      securitySchemes: {
        key: { type: 'http', scheme: 'bearer', description: 'one of API_KEYS; the role needed stands beside it' },
        twilio: {
          ...{ type: 'apiKey', in: 'header', name: 'X-Twilio-Signature' },
          description: "made with the account's auth token of the URL and the form",
        },
      },
      schemas: Object.fromEntries([...NAMED].map(([schema, name]) => [name, jsonSchema(schema)])),
    },
  };
}

function describe(
  endpoint: Endpoint,
  { summary, query = {}, headers = {}, json, form, answers: own }: Operation,
): Data {
  const access: Access = ACCESS[endpoint];
  const inPath = [...endpoint.matchAll(/:(\w+)/g)].map(([, name]) => ({
    ...{ name, in: 'path', required: true, schema: { type: 'string' } },
  }));
  const given = (where: string, parameters: NonNullable<Operation['query']>) =>
    Object.entries(parameters).map(([name, { what, schema }]) => ({
      ...{ name, in: where, description: what, required: false, schema: jsonSchema(schema) },
    }));
  const all = { ...refusals(access, inPath.length > 0, form !== undefined), ...own };
  const operation: Data = {
    operationId: endpoint.replace(/[^A-Za-z_]+/g, '_').replace(/_$/, ''),
    tags: [tagOf(access)],
    summary,
    responses: Object.fromEntries(Object.entries(all).map(([status, answer]) => [status, response(answer)])),
    ...security(access),
  };
  const parameters = [...inPath, ...given('query', query), ...given('header', headers)];
  if (parameters.length > 0) operation['parameters'] = parameters;
  const body = json ?? form;
  if (body !== undefined) {
    const type = json === undefined ? 'application/x-www-form-urlencoded' : 'application/json';
    // What has a default for every field may be left out.
    const required = json === undefined || !json.safeParse({}).success;
    operation['requestBody'] = { required, content: { [type]: { schema: jsonSchema(body) } } };
  }
  return operation;
}

function response({ what, json, type }: Answer): Data {
  const id = { 'X-Request-Id': { description: 'the name of this request', schema: { type: 'string' } } };
  if (json === undefined && type === undefined) return { description: what, headers: id };
  const name = json === undefined ? undefined : NAMED.get(json);
  const ref = name === undefined ? null : { $ref: `#/components/schemas/${name}` };
  const schema = json === undefined ? {} : (ref ?? jsonSchema(json));
  return { description: what, headers: id, content: { [type ?? 'application/json']: { schema } } };
}

/** What may happen to any request of this access, whatever it asks. */
function refusals(access: Access, hasParameter: boolean, isForm: boolean): Record<number, Answer> {
  const bad = (what: string): Answer => ({ what, json: answers.problem });
  const common: Record<number, Answer> =
    access === 'probe' ? {} : { 429: bad('too many requests; Retry-After says when to come back') };
  if (hasParameter) common[400] = bad('the path is not valid percent-encoding');
  if (isForm) {
    common[400] = bad('the Host header is missing or malformed');
    common[403] = bad("the signature is not Twilio's");
    common[413] = bad('the form is too large');
    common[422] = bad('no sid of a call');
  } else if (!isOpen(access)) {
    common[401] = bad('no key, or none that is known');
    common[403] = bad('the role of the key is not enough, or the request is a stranger’s');
  }
  return common;
}

function tagOf(access: Access): string {
  if (access === 'twilio') return 'twilio';
  return isOpen(access) || access === 'inside' ? 'operation' : 'api';
}

function security(access: Access): Data {
  if (access === 'twilio') return { security: [{ twilio: [] }] };
  if (isOpen(access)) return { security: [] };
  return { security: [{ key: access === 'inside' ? [] : [access] }] };
}

/** What is sent: the shape before defaults and conversions, open for fields that are still to come. */
function jsonSchema(schema: z.ZodType): Data {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) as Data;
  return rest;
}
