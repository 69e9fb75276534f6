import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Floor, type FloorOptions } from '../../../src/conversation/turns/floor.js';
import { type AgentState, floorPolicy } from '../../../src/conversation/turns/floor_policy.js';
import { emptyWindow, type SoundWindow, WINDOW_MS } from '../../../src/conversation/turns/sound_window.js';

/** A voice near the phone, as its windows are on average. */
const VOICE: Partial<SoundWindow> = { probability: 0.95, levelDb: -25, voicing: 0.8, change: 4, tilt: 5, likeness: 0 };
const FAR: Partial<SoundWindow> = { ...VOICE, probability: 0.8, levelDb: -42 };
const COUGH: Partial<SoundWindow> = { ...VOICE, probability: 0.75, voicing: 0.15, change: 5 };
const HUM: Partial<SoundWindow> = { ...VOICE, probability: 0.7, voicing: 0.95, change: 0.5 };
const SILENCE: Partial<SoundWindow> = { probability: 0.02, levelDb: -70, voicing: 0.1 };
/** Only the VAD's probability is known. */
const plain = ({ probability }: Partial<SoundWindow>): Partial<SoundWindow> => ({ probability });

/** A call: sounds take their time, everything that changes is noted with when. */
class Story {
  readonly floor: Floor;
  readonly done: string[] = [];
  now = 0;

  constructor(options: Partial<FloorOptions> = {}, state: AgentState = 'speaking', words = '') {
    this.floor = new Floor(options);
    this.agent(state, words);
  }

  agent(state: AgentState, words = '', questionEndMs: number | null = null): this {
    return this.note(this.floor.agent(state, this.now, { words, questionEndMs }).do);
  }

  sound(ms: number, kind: Partial<SoundWindow>): this {
    for (const end = this.now + ms; this.now < end; ) {
      this.now += WINDOW_MS;
      this.note(this.floor.window(Object.assign(emptyWindow(), kind), this.now).do);
    }
    return this;
  }

  words(text: string, startMs: number, endMs: number, isFinal = false): this {
    return this.note(this.floor.words(text, startMs, endMs, isFinal, this.now).do);
  }

  note(what: string): this {
    if (what !== 'none') this.done.push(`${what} ${this.now}`);
    return this;
  }
  /** What happened, without the times. */
  get what(): string {
    return this.done.map((each) => each.split(' ')[0]).join(' ');
  }
}
const known = (story: Story): Story => {
  story.floor.caller.learn(-25, 40);
  return story;
};

describe('while the agent speaks', () => {
  test('a cough holds, and is nothing before the lead has run out', () => {
    const story = known(new Story()).sound(256, COUGH).sound(320, SILENCE);
    expect(story.what).toBe('hold resume');
    expect(story.done[0]).toBe('hold 160');
    expect(Number(story.done[1].split(' ')[1])).toBeLessThan(432);
    expect(story.floor.stretch?.verdict).toBe('noise');
  });

  test('a click is nothing', () => {
    expect(new Story().sound(64, plain(VOICE)).sound(160, plain(SILENCE)).done).toEqual([]);
  });

  test('sound upon sound that is nothing holds twice, then only words do', () => {
    const story = known(new Story());
    for (let times = 0; times < 6; times++) story.sound(256, COUGH).sound(320, SILENCE);
    expect(story.what).toBe('hold resume hold resume');
    const onsetMs = story.now;
    story.sound(320, VOICE).words('No, wait', onsetMs, story.now);
    expect(story.done.at(-1)).toMatch(/^yield/);
    const later = known(new Story()).sound(256, COUGH).sound(320, SILENCE).sound(256, COUGH).sound(4000, SILENCE);
    expect(later.sound(192, VOICE).done.at(-1)).toMatch(/^pause/);
  });

  test('a hum is nothing though it is voiced', () => {
    const story = new Story().sound(800, HUM);
    expect(story.what).toBe('hold resume');
    expect(story.floor.stretch?.verdict).toBe('noise');
  });

  test.each([
    ['mm-hmm', 448],
    ['yeah', 288],
    ['okay', 384],
    ['right', 288],
    ['uh-huh', 416],
  ])('a nod, "%s", makes no gap that is noticed', (word, ms) => {
    const story = known(new Story()).sound(ms, VOICE).sound(288, SILENCE).words(word, 0, ms).sound(600, SILENCE);
    expect(story.what).toBe('pause resume');
    const [pauseMs, resumeMs] = story.done.map((each) => Number(each.split(' ')[1]));
    expect(resumeMs - pauseMs).toBeLessThanOrEqual(400);
  });

  test.each([
    [-29.1, 'hold resume'],
    [-27, 'pause resume'],
    [-25, 'pause resume'],
  ])('a nod at %d dB, the caller at -25: %s', (levelDb, what) => {
    const story = known(new Story())
      .sound(320, { ...VOICE, levelDb })
      .sound(288, SILENCE)
      .words('yeah', 0, 320);
    expect(story.what).toBe(what);
    const [metMs, resumeMs] = story.done.map((each) => Number(each.split(' ')[1]));
    const audibleMs = what === 'hold resume' ? metMs + 400 : metMs;
    expect(resumeMs - audibleMs).toBeLessThanOrEqual(330);
  });

  test('who is louder than their answers is met sooner, and waited for until the words are there', () => {
    const story = known(new Story())
      .sound(320, { ...VOICE, levelDb: -21 })
      .sound(480, SILENCE);
    expect(story.done).toEqual(['pause 96']);
    expect(story.words('stop', 0, 320, true).what).toBe('pause yield');
  });

  test('"no" may become "no problem"; "no," and a "no" that stays alone stop us', () => {
    const nod = known(new Story()).sound(480, VOICE).words('No', 0, 200);
    expect(nod.sound(160, SILENCE).words('No problem.', 0, 480).what).toBe('pause resume');
    expect(known(new Story()).sound(320, VOICE).words('No,', 0, 200).what).toBe('pause yield');
    const alone = known(new Story()).sound(320, VOICE).words('No', 0, 300).sound(96, SILENCE);
    expect(alone.words('No.', 0, 300, true).what).toBe('pause yield');
  });

  test('a reply that ends while it is held holds nothing that follows', () => {
    const story = known(new Story()).sound(256, VOICE).agent('quiet');
    expect(story.what).toBe('pause resume');
    expect(story.floor.holding).toBe(false);
  });

  test('the newest word of an interim result is not believed: a nod half heard', () => {
    const story = known(new Story()).sound(352, VOICE).sound(160, SILENCE).words('yea', 0, 320);
    expect(story.floor.stretch?.verdict).not.toBe('speech');
    expect(story.words('yeah', 0, 320, true).what).toBe('pause resume');
    const said = known(new Story()).sound(352, VOICE).sound(160, SILENCE).words('Tues', 0, 320);
    expect(said.words('Tuesday', 0, 320, true).what).toMatch(/yield$/);
    const more = known(new Story()).sound(640, VOICE).words('Tuesday would be', 0, 640);
    expect(more.what).toBe('pause yield');
  });

  test('an interruption is yielded to when its words are known', () => {
    const story = known(new Story()).sound(640, VOICE).words('can you tell me', 0, 600).sound(300, VOICE);
    expect(story.done).toEqual(['pause 160', 'yield 640']);
    expect(story.floor.isForUs).toBe(true);
  });

  test('a short "stop" is yielded to though we had gone on meanwhile', () => {
    const story = known(new Story()).sound(256, VOICE).sound(640, SILENCE).words('stop', 0, 300);
    expect(story.what).toBe('pause resume yield');
  });

  test('a voice that goes on is yielded to even when the recogniser is deaf', () => {
    expect(known(new Story()).sound(1300, VOICE).what).toBe('pause yield');
  });

  test('a nod behind which the voice goes on is held, then decided by what follows', () => {
    const story = known(new Story()).sound(320, VOICE).words('okay', 0, 320);
    expect(story.what).toBe('pause resume');
    story.sound(704, VOICE).words('okay but listen', 0, 1000);
    expect(story.what).toBe('pause resume pause yield');
  });

  test('a voice in the room is not yielded to, whatever it says', () => {
    const story = known(new Story()).sound(700, FAR).words('hold on I am on the phone', 0, 700).sound(2000, FAR);
    expect(story.what).toBe('');
    expect(story.floor.stretch?.verdict).toBe('background');
    expect(story.floor.isForUs).toBe(false);
  });

  test('the caller over a television is a sound of its own', () => {
    const story = known(new Story()).sound(1500, FAR).words('and now the weather', 0, 1400).sound(640, VOICE);
    story.words('can you repeat that', 1500, 2100);
    expect(story.what).toBe('pause yield');
  });

  test.each([
    [-29, 'yield'],
    [-31, 'yield'],
    [-33, ''],
  ])('an aside at %i dB, the caller at -25, a second long: %s', (levelDb, what) => {
    const story = known(new Story()).sound(320, { ...VOICE, levelDb });
    story.words('just a moment', 0, 320).sound(800, { ...VOICE, levelDb });
    story.words('just a moment I am on the phone', 0, 1100).sound(960, SILENCE);
    expect(story.what.replace(/hold|pause|resume| /g, '')).toBe(what);
  });

  test('a voice that the VAD does not notice is told by its level: somebody in the room', () => {
    const room = known(new Story()).sound(1200, { ...SILENCE, probability: 0.3, levelDb: -38 });
    room.words('hold on', 0, 400).words('hold on a second please', 0, 1100).sound(900, SILENCE);
    expect(room.what).not.toContain('yield');
    const caller = known(new Story()).sound(1200, { ...SILENCE, probability: 0.3, levelDb: -26 });
    expect(caller.words('hold on a second', 0, 1100).what).toBe('yield');
  });

  test('our own words back from the loudspeaker are nothing', () => {
    const story = known(new Story({}, 'speaking', 'we are open until nine on Sundays')).sound(640, VOICE);
    story.words('open until nine', 0, 600).sound(600, VOICE);
    expect(story.what).toBe('pause resume');
    expect(story.floor.stretch?.verdict).toBe('echo');
    const alike = new Story().sound(1000, { ...VOICE, likeness: 0.9 });
    expect([alike.what, alike.floor.stretch?.verdict]).toEqual(['hold resume', 'echo']);
  });

  /** A loudspeaker gives each of our sentences back, as loud as a voice; for so long. */
  function loudEcho(story: Story, ms: number): Story {
    const echo = { ...VOICE, likeness: 0.6, echo: 0.9 };
    for (const end = story.now + ms; story.now < end; ) story.sound(640, echo).sound(1300, { ...SILENCE, echo: 0.9 });
    return story;
  }

  test('a loudspeaker that gives us back as loud as a caller stops us once or twice, not again and again', () => {
    for (const story of [new Story(), known(new Story())]) {
      expect(loudEcho(story, 60_000).done.length).toBeLessThanOrEqual(4);
      expect(story.what).not.toContain('yield');
    }
  });

  test('there, a voice without words that goes on is an echo, words are the caller, and so is who is louder', () => {
    const story = loudEcho(known(new Story({}, 'speaking', 'the soup of the day is lentil')), 10_000);
    story.done.length = 0;
    story.sound(4000, { ...VOICE, likeness: 0.6, echo: 0.9 }).sound(1000, SILENCE);
    expect(story.what).toBe('');
    const onsetMs = story.now;
    story.sound(640, { ...VOICE, echo: 0.8 }).words('Wait, I have a question', onsetMs, story.now);
    expect(story.what).toBe('yield');
    const louder = loudEcho(known(new Story()), 10_000);
    louder.done.length = 0;
    louder.sound(640, { ...VOICE, levelDb: -14, echo: 0.8 });
    expect(louder.what).toBe('pause');
    // Their voice over ours makes the line unlike us.
    const over = loudEcho(known(new Story()), 10_000);
    over.done.length = 0;
    over.sound(640, { ...VOICE, echo: 0.5 });
    expect(over.what).toBe('pause');
  });

  test('the caller who repeats one of our words is no echo', () => {
    const story = new Story({}, 'speaking', 'would Tuesday at nine suit you')
      .sound(400, VOICE)
      .words('Tuesday', 0, 400, true);
    expect(story.floor.stretch?.verdict).toBe('speech');
  });

  test('words too soft for the VAD are obeyed', () => {
    const story = new Story().sound(640, SILENCE).words('stop please', 100, 600);
    expect(story.what).toBe('yield');
  });

  test('three nods under one reply do not add up', () => {
    const story = known(new Story());
    for (let i = 0; i < 3; i++) {
      const from = story.now;
      story
        .sound(288, VOICE)
        .sound(320, SILENCE)
        .words(
          Array(i + 1)
            .fill('yeah')
            .join(' '),
          0,
          from + 300,
        )
        .sound(500, SILENCE);
      expect(story.floor.stretch?.text).toBe('yeah');
    }
    expect(story.what).toBe('pause resume pause resume pause resume');
  });

  test('with probabilities and words alone it decides the same, only later', () => {
    const cough = new Story().sound(256, { probability: 0.55 }).sound(400, plain(SILENCE));
    expect(cough.what).toBe('hold resume');
    const nod = new Story()
      .sound(288, plain(VOICE))
      .sound(320, plain(SILENCE))
      .words('yeah', 0, 300)
      .sound(600, plain(SILENCE));
    expect(nod.what).toBe('hold resume');
    const speech = new Story().sound(640, plain(VOICE)).words('no I meant Friday', 0, 600);
    expect(speech.what).toBe('hold yield');
  });

  test('a "yes" over the last word of our question is an answer, in the middle of it a nod', () => {
    const late = new Story()
      .agent('speaking', 'is that right', 600)
      .sound(320, VOICE)
      .sound(320, SILENCE)
      .words('yes', 0, 320);
    expect([late.what, late.floor.isForUs]).toEqual(['hold resume', true]);
    const early = new Story()
      .agent('speaking', 'is that', 4000)
      .sound(320, VOICE)
      .sound(320, SILENCE)
      .words('yes', 0, 320);
    expect([early.what, early.floor.isForUs]).toEqual(['hold resume', false]);
  });
});

describe('in the other states', () => {
  test.each([
    ['thinking', 'cough', 'hold resume'],
    ['thinking', 'speech', 'hold yield'],
    ['thinking', 'nod', 'hold resume'],
    ['greeting', 'speech', ''],
    ['greeting', 'stop', 'yield'],
    ['protected', 'stop', ''],
    ['tool', 'speech', ''],
    ['closing', 'cough', ''],
    ['closing', 'speech', ''],
    ['quiet', 'speech', ''],
    ['quiet', 'cough', ''],
  ] as const)('%s, %s: %s', (state, what, expected) => {
    const story = known(new Story({}, state));
    if (what === 'cough') story.sound(256, COUGH).sound(1200, SILENCE);
    else {
      const text = { nod: 'mm-hmm', stop: 'wait stop', speech: 'the second one please' }[what];
      story.sound(448, VOICE).sound(256, SILENCE).words(text, 0, 448).sound(400, SILENCE);
    }
    expect(story.what).toBe(expected);
    const action = story.floor.tick(story.now).action;
    if (what === 'speech' && /tool|closing/.test(state)) expect(action).toBe('note');
    if (state === 'quiet') expect(action).toBe(what === 'cough' ? 'keep' : 'listen');
  });

  test('what ended before we began to think is the turn we answer, not an interruption', () => {
    const story = known(new Story({}, 'quiet'))
      .sound(640, VOICE)
      .words('I want soup', 0, 640, true)
      .sound(500, SILENCE);
    story.agent('thinking').sound(200, SILENCE).agent('speaking').sound(500, SILENCE);
    expect(story.what).toBe('');
  });

  test.each([0, 64, 96, 192, 224])('nor is a sound that ended %i ms ago, whose words are the turn', (silentMs) => {
    const story = known(new Story({}, 'quiet')).sound(640, VOICE).words('I want soup', 0, 640, true);
    story.sound(silentMs, SILENCE).agent('thinking').sound(500, SILENCE).agent('speaking').sound(500, SILENCE);
    expect(story.what).toBe('');
  });

  test('a sound that goes on while we think holds, and takes the answer back with its first new word', () => {
    const story = known(new Story({}, 'quiet')).sound(640, VOICE).words('I want soup', 0, 640).agent('thinking');
    expect(story.sound(320, VOICE).what).toBe('hold');
    expect(story.words('I want soup and bread', 0, 960).what).toBe('hold yield');
  });

  test('while nothing of the answer was heard, half a word is enough to listen on', () => {
    const story = known(new Story({}, 'thinking')).sound(320, VOICE).words('Tues', 0, 320);
    expect(story.what).toBe('hold yield');
  });

  test('a voice without words never takes an answer back: a television beside the caller', () => {
    const story = known(new Story({}, 'quiet')).sound(640, VOICE).words('I want soup', 0, 640).agent('thinking');
    expect(story.sound(5000, VOICE).what).toBe('hold resume');
  });

  test('an agent may have cells of its own', () => {
    const story = known(new Story({ policy: floorPolicy({ speaking: { stop: 'note' } }) }));
    expect(story.sound(400, VOICE).words('stop', 0, 400).what).toBe('pause resume');
  });
});

test('the level of the caller is learned while they answer, and again when it changes for good', () => {
  const story = new Story({}, 'quiet');
  const say = (kind: Partial<SoundWindow>): void => {
    const from = story.now;
    story.sound(640, kind).words('I would like some soup', from, story.now, true).sound(320, SILENCE);
  };
  say(VOICE);
  expect(story.floor.caller.medianDb).toBe(-25);
  say(FAR);
  expect([story.floor.stretch?.verdict, story.floor.caller.medianDb]).toEqual(['background', -25]);
  for (let i = 0; i < 6; i++) say(FAR);
  expect(story.floor.stretch?.verdict).toBe('speech');
});

test('whatever happens, in whatever order', () => {
  const kind = fc.constantFrom(VOICE, FAR, COUGH, HUM, SILENCE, SILENCE, plain(VOICE), plain(SILENCE));
  const event = fc.oneof(
    fc.record({ on: fc.constant('sound' as const), ms: fc.integer({ min: 32, max: 900 }), kind }),
    fc.record({ on: fc.constant('sound' as const), ms: fc.integer({ min: 32, max: 900 }), kind }),
    fc.record({
      on: fc.constant('words' as const),
      text: fc.constantFrom('yeah', 'stop', 'mm-hmm', 'the soup was cold', '', 'open until nine'),
      back: fc.integer({ min: 0, max: 900 }),
      length: fc.integer({ min: 0, max: 900 }),
      isFinal: fc.boolean(),
    }),
    fc.record({
      on: fc.constant('agent' as const),
      state: fc.constantFrom<AgentState>('quiet', 'thinking', 'speaking', 'greeting', 'tool', 'closing', 'protected'),
    }),
    fc.record({ on: fc.constant('tick' as const), ms: fc.integer({ min: 0, max: 1500 }) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 40 }), (events) => {
      const story = new Story({}, 'speaking', 'we are open until nine');
      let state: AgentState = 'speaking';
      let held = false;
      const check = (): void => {
        for (const each of story.done.splice(0)) {
          const [what] = each.split(' ');
          if (what === 'hold') expect([held, ['speaking', 'thinking'].includes(state)]).toEqual([false, true]);
          if (what === 'pause') expect(state).toBe('speaking');
          if (what === 'resume') expect(held).toBe(true);
          if (what === 'yield') expect(state).not.toMatch(/quiet|tool|protected/);
          held = what === 'hold' || what === 'pause';
        }
        expect(story.floor.holding).toBe(held);
      };
      for (const each of events) {
        if (each.on === 'sound') story.sound(each.ms, each.kind);
        else if (each.on === 'words')
          story.words(each.text, story.now - each.back - each.length, story.now - each.back, each.isFinal);
        else if (each.on === 'tick') story.note(story.floor.tick((story.now += each.ms)).do);
        else {
          story.agent((state = each.state));
        }
        check();
      }
      // Nothing is held for ever once it is silent.
      story.sound(1600, SILENCE);
      check();
      expect(story.floor.holding).toBe(false);
    }),
    { numRuns: 1500 },
  );
});
