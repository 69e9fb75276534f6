// Weights of the end-of-turn score (end_of_turn.ts says what each means). Made by `npm run fit-turns -- --turns FILE`; do not
// edit `features`, `over` and `slope`: they were fitted on 289 caller turns of 60 calls. `provider` and `sound` are set by hand,
// since the calls came without either; a new fit keeps them.

export const END_OF_TURN_WEIGHTS = {
  features: {
    acknowledgement: 0.382,
    always: -0.611,
    answer: -2.699,
    fragment: 0.466,
    greeting: 2.518,
    half_open: 0.593,
    introduction: 3.46,
    long_pauses: 0.352,
    may_grow: 1.488,
    nothing_asked: 0.131,
    open: 2.279,
    phrase: -1.732,
    question: -2.544,
    sentence: -1.459,
    sentence_words: -0.667,
    stop_missing: 2.055,
    stop_there: -1.149,
    story_asked: 0.3,
    under_way: 3.357,
    whole: -3.61,
  } as Readonly<Record<string, number>>,
  over: -1.75,
  slope: 0.6,
  provider: { speechFinal: -0.5, endOfTurn: -2.5 },
  sound: { fallingPitch: -0.7, fallingLevel: -0.5, lengthening: 0.4 },
};
