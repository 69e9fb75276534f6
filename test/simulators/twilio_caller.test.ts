import { describe, expect, test } from 'vitest';
import { AudioClip } from '../../loadtest/simulators/twilio/audio_clip.js';
import { Caller, type CallerOptions, type CallerScript } from '../../loadtest/simulators/twilio/caller.js';
import { Playout } from '../../loadtest/simulators/twilio/playout.js';
import { tone } from './twilio_fake_server.js';

const HELLO = new AudioClip(tone(100), 'hello');

/** A caller with a clock of its own: `agent` lists when the agent's audio comes, `clears` when it is cleared. */
function run(
  script: CallerScript,
  scene: { agent?: [atMs: number, durationMs: number, quiet?: boolean][]; clears?: number[] } = {},
  untilMs = 5000,
  options: Partial<CallerOptions> = {},
) {
  const ear = new Playout();
  const did: string[] = [];
  let now = 0;
  let speakingUntilMs = 0;
  const line = {
    say: (clip: AudioClip) => {
      did.push(`${now} says ${clip.text}`);
      speakingUntilMs = now + clip.durationMs;
    },
    get isSpeaking() {
      return now < speakingUntilMs;
    },
    dtmf: (digit: string) => did.push(`${now} presses ${digit}`),
    hangUp: () => did.push(`${now} hangs up`),
    cut: () => did.push(`${now} cut`),
  };
  const caller = new Caller(script, options);
  caller.attach(line, ear);
  for (now = 0; now <= untilMs; now += 10) {
    for (const [atMs, durationMs, quiet] of scene.agent ?? []) {
      if (atMs !== now) continue;
      const audio = quiet ? new Uint8Array(durationMs * 8).fill(0xff) : tone(durationMs);
      ear.push(audio, 0, audio.length, now);
    }
    if (scene.clears?.includes(now)) ear.clear(now);
    caller.tick(now);
  }
  return { did, caller };
}

describe('a caller', () => {
  test('waits for the end of the greeting, speaks, waits for the reply and hangs up', () => {
    const { did, caller } = run(
      [{ wait: 'greeting_end' }, { say: HELLO }, { wait: 'agent_silence' }, { hangup: true }],
      {
        agent: [
          [100, 1000],
          [2200, 500],
        ],
      },
    );
    expect(did).toEqual(['1800 says hello', '3400 hangs up']);
    expect(caller.completed).toBe(true);
    expect(caller.steps.map((step) => step.outcome)).toEqual(['done', 'done', 'done', 'done']);
  });

  test('waits until told, and gives up when nobody tells', () => {
    let asked = 0;
    const { did, caller } = run([
      { wait: () => ++asked > 50 },
      { say: HELLO },
      { wait: () => false, timeoutMs: 300 },
      { dtmf: '1' },
    ]);
    expect(did).toEqual(['500 says hello', '900 hangs up']);
    expect(caller.steps.map(({ step, outcome }) => [step, outcome])).toEqual([
      ['wait until told', 'done'],
      ['say', 'done'],
      ['wait until told', 'timed_out'],
    ]);
  });

  test('is not taken in by a pause inside the greeting', () => {
    const { did } = run([{ wait: 'greeting_end' }, { hangup: true }], {
      agent: [
        [0, 500],
        [1100, 400],
      ],
    });
    expect(did).toEqual(['2200 hangs up']);
  });

  test('does not take the silence before the reply for its end', () => {
    const { did } = run([{ say: HELLO }, { wait: 'agent_silence', silenceMs: 300 }, { hangup: true }], {
      agent: [[3000, 100]],
    });
    expect(did).toEqual(['0 says hello', '3400 hangs up']);
  });

  test('does not miss an answer that came and went while its own recording ran out in silence', () => {
    const long = new AudioClip(tone(1500), 'a long recording');
    const { did } = run([{ say: long }, { wait: 'agent_silence' }, { hangup: true }], { agent: [[600, 300]] });
    expect(did).toEqual(['0 says a long recording', '1600 hangs up']);
  });

  test('does not take the end of what it talked over for an answer', () => {
    const { did } = run(
      [{ bargeInAfterMs: 900, say: new AudioClip(tone(2000), 'well') }, { wait: 'agent_silence' }, { hangup: true }],
      {
        agent: [
          [0, 1000],
          [3500, 200],
        ],
      },
    );
    expect(did).toEqual(['900 says well', '4400 hangs up']);
  });

  test('waits for each answer anew', () => {
    const { did } = run([{ say: HELLO }, { wait: 'agent_silence' }, { wait: 'agent_silence' }, { hangup: true }], {
      agent: [
        [200, 200],
        [3000, 200],
      ],
    });
    expect(did).toEqual(['0 says hello', '3900 hangs up']);
  });

  test('counts the moments of a barge-in from where the reply really began', () => {
    const { did } = run([{ say: new AudioClip(tone(500), 'a') }, { bargeInAfterMs: 400, say: HELLO }], {
      agent: [[300, 3000]],
    });
    expect(did).toEqual(['0 says a', '700 says hello']);
  });

  test('hears a reply that is shorter than a beat', () => {
    const { did } = run([{ wait: 'agent_silence', silenceMs: 100 }, { hangup: true }], { agent: [[50, 5]] });
    expect(did).toEqual(['160 hangs up']);
  });

  test('interrupts the next reply so many ms into it', () => {
    const { did } = run([{ bargeInAfterMs: 400, say: HELLO }, { hangup: true }], { agent: [[1000, 2000]] });
    expect(did).toEqual(['1400 says hello', '1500 hangs up']);
  });

  test('after interrupting waits for the answer, not for the rest of what it cut off', () => {
    const { did } = run([{ bargeInAfterMs: 200, say: HELLO }, { wait: 'agent_silence' }, { hangup: true }], {
      agent: [
        [0, 2000],
        [2500, 300],
      ],
      clears: [400],
    });
    expect(did).toEqual(['200 says hello', '3500 hangs up']);
  });

  test('whose cough did not interrupt waits for the end of what goes on', () => {
    const { did } = run([{ bargeInAfterMs: 200, say: HELLO }, { wait: 'agent_silence' }, { hangup: true }], {
      agent: [[0, 2000]],
    });
    expect(did).toEqual(['200 says hello', '2700 hangs up']);
  });

  test('presses keys one after the other', () => {
    const { did } = run([{ dtmf: '1#', gapMs: 300 }, { wait: 50 }, { hangup: true }]);
    expect(did).toEqual(['0 presses 1', '300 presses #', '350 hangs up']);
  });

  test('that waits in vain hangs up, and the step says so', () => {
    const { did, caller } = run([{ wait: 'agent_speech', timeoutMs: 1000 }, { say: HELLO }]);
    expect(did).toEqual(['1000 hangs up']);
    expect(caller.completed).toBe(false);
    expect(caller.steps).toMatchObject([{ outcome: 'timed_out', endedAtMs: 1000 }]);
  });

  test('without a last step stays on the line', () => {
    const { did, caller } = run([{ wait: 100 }]);
    expect(did).toEqual([]);
    expect(caller.completed).toBe(true);
  });

  test('can have the line cut', () => {
    expect(run([{ wait: 100 }, { cut: true }, { say: HELLO }]).did).toEqual(['100 cut']);
  });

  test('hears the end of a voice in a stream of silence, when asked to', () => {
    const scene = {
      agent: [
        [0, 500],
        [500, 1000, true],
        [1500, 3000, true],
      ] as [number, number, boolean?][],
    };
    const script: CallerScript = [{ wait: 'agent_silence' }, { hangup: true }];
    expect(run(script, scene, 4000).did).toEqual([]);
    expect(run(script, scene, 4000, { silence: 'quiet' }).did).toEqual(['1200 hangs up']);
  });

  test('cut short by the end of the call says in which step', () => {
    const { caller } = run([{ wait: 'agent_speech' }], {}, 100);
    caller.callEnded(123);
    expect(caller.steps).toMatchObject([{ outcome: 'cut_short', endedAtMs: 123 }]);
  });
});
