// The vendor's answers when there is no completion: status, body and the headers that tell a client whether to retry.

import { type ErrorAnswer, errorAnswer } from './error_answer.js';
import type { OpenaiFailureMode } from './failure_modes.js';

/** The answer for one of the request modes. `delayMs` goes into the Retry-After headers of 429 and 503. */
export function failureAnswer(mode: OpenaiFailureMode, delayMs: number): ErrorAnswer {
  const wait = { 'retry-after': String(Math.ceil(delayMs / 1000)), 'retry-after-ms': String(delayMs) };
  switch (mode) {
    case 'status_400':
      return errorAnswer(400, 'invalid_request_error', 'The request was refused.');
    case 'status_401':
      return errorAnswer(401, 'invalid_request_error', 'Incorrect API key provided.', { code: 'invalid_api_key' });
    case 'status_404':
      return errorAnswer(404, 'invalid_request_error', 'The model does not exist.', { code: 'model_not_found' });
    case 'status_409':
      return errorAnswer(409, 'conflict', 'Try again.', { headers: { 'x-should-retry': 'true' } });
    case 'status_429':
      return errorAnswer(429, 'requests', 'Rate limit reached.', { code: 'rate_limit_exceeded', headers: wait });
    case 'insufficient_quota':
      return errorAnswer(429, 'insufficient_quota', 'You exceeded your current quota.', { code: 'insufficient_quota' });
    case 'status_503':
      return errorAnswer(503, 'server_error', 'The engine is currently overloaded.', { headers: wait });
    case 'status_500_final':
      return errorAnswer(500, 'server_error', 'The server had an error.', { headers: { 'x-should-retry': 'false' } });
    default:
      return errorAnswer(500, 'server_error', 'The server had an error while processing your request.');
  }
}
