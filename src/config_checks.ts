// What no single setting can tell: what is missing, what contradicts what, what a vendor will not serve, and names that
// look like a slip of the pen. Values come read and checked one by one (config.ts).

import { CONFIG_VARIABLES, type ConfigValues, SECRET_VARIABLES, SECTIONS } from './config_variables.js';
import { VENDOR_NAMES, VENDOR_ROLES, VENDORS, vendor } from './providers/vendor_settings.js';
import { fileVariable } from './secret_files.js';
import { type Findings, given } from './setting.js';

type Env = Readonly<Record<string, string | undefined>>;

/** A malformed value is null here, and its problem is already noted. */
export function checkTogether(v: ConfigValues, env: Env, findings: Findings): void {
  const { problem } = findings;
  checkRequired(v, env, findings);
  // In JavaScript a comparison with null can be true; only two good values can contradict each other.
  const isAbove = (a: number | null, b: number | null) => a !== null && b !== null && a > b;
  if (isAbove(v.vad.endThreshold, v.vad.startThreshold)) {
    problem('VAD_END_THRESHOLD', 'must not be above VAD_START_THRESHOLD');
  }
  if (isAbove(v.turn.silenceMsMin, v.turn.silenceMsMax)) {
    problem('TURN_SILENCE_MS_MIN', 'must not be above TURN_SILENCE_MS_MAX');
  }
  if (isAbove(v.pacing.messageMs, v.pacing.leadMs)) problem('PACING_MESSAGE_MS', 'must not be above PACING_LEAD_MS');
  if (v.agent.dir !== null && v.agent.file !== null)
    problem('AGENT_FILE', 'and AGENTS_DIR are both set, one is enough');
  if (v.server.publicUrl !== null) checkPublicUrl(v.server.publicUrl, v.twilio.baseUrl === null, findings);
  for (const name of VENDOR_NAMES) vendor(name).check(v[name], findings);
  for (const name of v.server.apiKeys?.weak ?? []) {
    findings.warning('API_KEYS', `the key of ${name} is short enough to be guessed; npm run keys makes a good one`);
  }
  if ((v.s3.accessKeyId === null) !== (v.s3.secretAccessKey === '')) {
    problem('S3_ACCESS_KEY_ID', 'goes together with S3_SECRET_ACCESS_KEY, set both or neither');
  }
  if (v.s3.bucket === null && v.s3.endpoint !== null) findings.warning('S3_ENDPOINT', 'does nothing without S3_BUCKET');
  const names = [...Object.keys(CONFIG_VARIABLES), ...SECRET_VARIABLES.map(fileVariable)];
  for (const [name, known] of nearMisses(Object.keys(env), names)) {
    findings.warning(name, `is no setting of this server; did you mean ${known}?`);
  }
}

function checkRequired(v: ConfigValues, env: Env, { problem }: Findings): void {
  const isSet = (name: string) => given(env, name) !== '';
  // One vendor of each kind will do; the first of the list is the usual one.
  const required = VENDOR_ROLES.flatMap((role) => {
    const keys = VENDOR_NAMES.filter((name) => VENDORS[name].role === role).map(
      (name) => SECTIONS[name].apiKey.variable,
    );
    return keys.some(isSet) ? [] : keys.slice(0, 1);
  });
  // Without Twilio's token no signature can be checked; development with the checks off does without an account.
  if (v.twilio.validate !== false) required.unshift('TWILIO_ACCOUNT_SID', 'TWILIO_AUTH_TOKEN');
  for (const name of required) {
    if (!isSet(name)) problem(name, env[name] === undefined ? 'is missing' : 'is empty');
  }
  if (v.twilio.validate === false && isSet('TWILIO_ACCOUNT_SID') !== isSet('TWILIO_AUTH_TOKEN')) {
    problem('TWILIO_ACCOUNT_SID', 'goes together with TWILIO_AUTH_TOKEN, set both or neither');
  }
}

const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

/** @param isTwilio the real Twilio will be given this address, not a stand-in */
function checkPublicUrl(publicUrl: string, isTwilio: boolean, { problem, warning }: Findings): void {
  if (!URL.canParse(publicUrl)) return;
  const { protocol, hostname } = new URL(publicUrl);
  const isLocal = LOOPBACK.test(hostname);
  const report = isTwilio && !isLocal ? problem : warning;
  if (protocol === 'http:') report('PUBLIC_URL', 'must begin with https://: Twilio opens media streams over TLS only');
  if (hostname.includes('_'))
    report('PUBLIC_URL', 'must have no underscore in its host: Twilio refuses such addresses');
}

/** Names that are no setting and one or two letters away from one that is: [name, setting]. */
export function nearMisses(names: readonly string[], known: readonly string[]): [string, string][] {
  return names.flatMap((name): [string, string][] => {
    if (known.includes(name) || !/^[A-Za-z][A-Za-z0-9_-]{2,60}$/.test(name)) return [];
    const plain = name.toUpperCase().replace(/-/g, '_');
    const meant = known.find((each) => editDistance(plain, each) <= (each.length < 8 ? 1 : 2));
    return meant === undefined ? [] : [[name, meant]];
  });
}

/** Letters to add, drop, change or swap with their neighbour (optimal string alignment). */
function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = last[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row[j] = Math.min(last[j] + 1, row[j - 1] + 1, change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        row[j] = Math.min(row[j], before[j - 2] + 1);
    }
    before = last;
    last = row;
  }
  return last[b.length];
}
