// English: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
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
  closing: closingWords({
    goodbye: 'good ?bye|good-bye|bye(?:[ -]bye)?|so long|farewell',
    wish: `(?:have|enjoy) (?:a|an|the|your) (?:\\p{L}+ ){0,3}(?:(?:rest|remainder) of (?:your|the) )?(?:day|evening|afternoon|night|morning|weekend|week|trip|stay|meal|flight|holiday|vacation|time)|have a (?:good|great|nice|lovely) one|take care(?: of yourself)?|(?:speak|talk) (?:to|with) you (?:soon|later|then|again)|good night|all the best|stay safe|be well|safe travels`,
    courtesy: `(?:many |so much )?(?:thanks|thank you)(?: \\p{L}[\\p{L}'’]*){0,12}|(?:we|i) (?:really |truly )?(?:appreciate|look forward|hope|thank)(?: \\p{L}[\\p{L}'’]*){1,12}|(?:see|hear|talk to|speak to) you(?: \\p{L}+){0,5}|until (?:then|next time|\\p{L}+)|(?:it was|it has been|it's been) (?:a|so|very|really|lovely|nice|great|good)(?: \\p{L}+){1,6}|you(?:'re| are) (?:very |most )?welcome|my pleasure|cheers`,
    before: `ok|okay|alright|all right|well|so|then|and|now|great|perfect|wonderful|please|again|once again|just|do|in that case|with that|i hope you|we hope you|i wish you|we wish you|wishing you|good ?bye|bye`,
    after: `for now|from (?:all of us|everyone|us)(?: \\p{L}+){0,5}|now|then|again|everyone|all|sir|ma'am|madam|my friend|dear|today|to you(?: too)?|you too|too|until then|until next time|ahead|there|and (?:take care|thanks|thank you)|and (?:have|enjoy) (?:a|an|the|your) (?:\\p{L}+ ){0,5}\\p{L}+`,
    titles: 'mr|mrs|ms|miss|dr|mx',
    callerDone:
      "good ?bye|bye|that(?:'s| is|'ll be| will be| would be) (?:all|it|everything)|nothing(?: else)?|no,? thanks?|no,? thank you|nope|no|thanks?|thank you|i'?m (?:good|done|fine)|have a \\w+ (?:day|one|evening|night)|take care|gotta go|have to go|need to go|talk (?:to you )?later",
    mention: `says?|saying|said|waves?|waving|waved|bid|wish|called|named|titled|words?|means?|spell(?:ed|ing)?|type|press|sing|sings|sang|hear|before (?:we|you|i) (?:go|hang up|finish)`,
    and: 'and|then|so',
  }),
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
