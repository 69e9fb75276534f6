// Weights of the end-of-turn score (end_of_turn.ts says what each means). Made by `npm run fit-turns -- --turns FILE`; do not
// edit `features`, `over` and `slope`: they were fitted on 289 caller turns of 60 calls. `provider` is set by hand, since
// the calls came without it; a new fit keeps it.

export const END_OF_TURN_WEIGHTS = {
  features: {
    acknowledgement: 0.706,
    always: -0.541,
    answer: -2.735,
    fragment: 0.45,
    greeting: 2.487,
    half_open: 0.589,
    introduction: 3.415,
    long_pauses: 0.313,
    may_grow: 1.038,
    nothing_asked: 0.122,
    open: 2.237,
    phrase: -1.768,
    question: -2.546,
    sentence: -1.498,
    sentence_words: -0.679,
    stop_missing: 2.045,
    stop_there: -1.164,
    story_asked: 0.3,
    under_way: 3.758,
    whole: -3.632,
  } as Readonly<Record<string, number>>,
  over: -2.5,
  slope: 0.475,
  provider: { speechFinal: -0.5, endOfTurn: -2.5 },
};
