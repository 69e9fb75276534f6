// Shows the demo's calls in the terminal while they run: who said what, what of it was heard, and where each turn's
// time went. Reads the server's own log lines; plain text when the output is not a terminal.

import type { LogLine } from '../server_process.js';

const useColour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const paint = (code: number) => (text: string) => (useColour ? `\u001b[${code}m${text}\u001b[0m` : text);
export const style = {
  bold: paint(1),
  dim: paint(2),
  red: paint(31),
  green: paint(32),
  yellow: paint(33),
  cyan: paint(36),
};

/** One paragraph of output. */
export function say(text = ''): void {
  process.stdout.write(`${text}\n`);
}

/** A finished turn, from the server's `turn answered` / `turn interrupted` line. */
export function showTurn(line: LogLine): void {
  const { caller, agent, heard, interrupted } = line as unknown as {
    caller: string;
    agent: string;
    heard: string;
    interrupted: boolean;
  };
  if (caller) say(`  ${style.cyan('caller')}  ${caller}`);
  if (interrupted && heard !== agent) {
    const rest = agent.startsWith(heard) ? agent.slice(heard.length).trim() : agent;
    say(`  ${style.green('agent ')}  ${heard} ${style.red('✂')} ${style.dim(rest)}`);
  } else say(`  ${style.green('agent ')}  ${agent}`);
  const times = [
    ['words final', line['stt_final_ms']],
    ['turn decided', line['endpoint_ms']],
    ['first token', line['llm_ttft_ms']],
    ['first voice', line['tts_ttfb_ms']],
    ['caller hears it', line['first_audio_ms']],
  ]
    .filter(([, value]) => typeof value === 'number')
    .map(([name, value]) => `${name} ${Math.round(value as number)} ms`);
  if (times.length > 0) say(`          ${style.dim(times.join('  ·  '))}`);
}

/** A warning or error of the server: rare, and worth seeing. */
export function showTrouble(line: LogLine): void {
  const { provider, code, detail, reason } = line;
  const facts = [provider, code, detail, reason].filter((fact) => typeof fact === 'string').join(' ');
  say(`  ${style.yellow('server')}  ${line.msg}${facts ? style.dim(` (${facts})`) : ''}`);
}
