// English: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { whole } from './closing_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';

export const en: LanguagePack = {
  code: 'en',
  listener: listenerWords({
    words: `mm mhm mmhm mm-hm mm-hmm mhmm mmhmm hm hmm uh-huh uhuh uh uhu um ah aha oh ok okay kay yeah yep yup yes ya right sure
    good great nice cool fine wow really true exactly alright gotcha hello hi hey`,
    phrases: [
      'i see',
      'got it',
      'of course',
      'all right',
      'uh huh',
      'mm hm',
      'mm hmm',
      'go on',
      'oh really',
      'that is right',
      "that's right",
    ],
    stops: 'stop|wait|hold on|hang on|excuse me|sorry|pardon|no|but|listen|one (?:second|moment)|actually|question',
  }),
  closing: {
    goodbye: whole('good ?bye|good-bye|bye|bye[ -]bye|so long'),
    wish: whole(
      '(?:have|enjoy) (?:\\p{L}+ ){1,6}(?:day|evening|afternoon|night|morning|weekend|week|one)|take care|(?:speak|talk) to you (?:soon|later)|good night',
    ),
    callerDone: whole(
      "good ?bye|bye|that(?:'s| is|'ll be| will be| would be) (?:all|it|everything)|nothing(?: else)?|no,? thanks?|no,? thank you|nope|no|thanks?|thank you|i'?m (?:good|done|fine)|have a \\w+ (?:day|one|evening|night)|take care|gotta go|have to go|need to go|talk (?:to you )?later",
    ),
    mention: whole('(?:say|says|saying|said|wave|waving) (?:good ?bye|bye)|before (?:we|you|i) (?:go|hang up|finish)'),
  },
  symbols: {
    and: 'and',
    percent: 'percent',
    at: 'at',
    plus: 'plus',
    equals: 'equals',
    number: 'number',
    about: 'about',
    to: 'to',
    dot: 'dot',
    slash: 'slash',
    dash: 'dash',
    underscore: 'underscore',
    degrees: 'degrees',
    units: {
      $: ['dollar', 'dollars', 'cent', 'cents'],
      '€': ['euro', 'euros', 'cent', 'cents'],
      '£': ['pound', 'pounds', 'penny', 'pence'],
    },
    scales: /^(hundred|thousand|million|billion|trillion)([.,?!;:]*)$/i,
  },
};
