// English: the words and lines the engine knows of it. What a section means is said where its shape is (language_pack.ts).

import { closingWords } from './closing_words.js';
import { consentWords } from './consent_words.js';
import { asked, endOfTurnWords } from './end_of_turn_words.js';
import type { LanguagePack } from './language_pack.js';
import { listenerWords } from './listener_words.js';
import { voicemailWords } from './voicemail_words.js';

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
      'no problem',
      'no worries',
      'sounds good',
      'makes sense',
      'fair enough',
      'for sure',
      'you bet',
      'thank you',
      'go ahead',
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
  consent: consentWords({
    yes: "yes|yeah|yep|yup|sure|okay|ok|of course|certainly|absolutely|definitely|go ahead|fine|that's (?:fine|okay|ok|all right|alright)|all right|alright|i (?:agree|consent|accept)|agreed|you (?:may|can)|by all means|please do",
    no: "no|nope|nah|not|never|don't|do not|doesn't|can't|cannot|won't|wouldn't|refuse|rather not|stop|without",
    yesByNo:
      "no (?:problem|worries|objections?)|not a problem|(?:i )?(?:don't|do not) mind|why not|that's not a problem",
  }),
  voicemail: voicemailWords({
    mailbox:
      "leave (?:(?:me|us|him|her|them) )?(?:a |your |any )?(?:(?:brief|short|detailed|quick|voice) )*(?:message|name|number)|(?:at|after|following|with) the (?:sound of the )?(?:tone|beep)|record (?:a|your) (?:voice )?message|voice ?mail(?: ?box)?|(?:the|this|my|a) mailbox|answering (?:machine|service)|sorry (?:i|we)(?:'ve| have)? missed your call|(?:can't|cannot|can not|unable to|not able to) (?:come to the phone|(?:take|answer|get to) (?:your|the) (?:phone|call)|get to the phone)|(?:person|number|party|customer|subscriber|caller) (?:(?:that )?you(?:'re| are| have|'ve)? )(?:trying to (?:reach|call)|calling|dialed|dialled|called) (?:\\p{L}+ ){0,2}(?:not|isn't|can't|cannot|unavailable|unable|busy)|forwarded to (?:an? )?(?:automat|voice)\\p{L}*|is not available to take",
    hint: "you(?:'ve| have) reached|(?:not|isn't|aren't) (?:available|here|home|in)|(?:get|call|ring) (?:you )?(?:back|right back)(?: to you)?|return your call|as soon as (?:possible|(?:i|we) can)|away from (?:my|the|our) (?:phone|desk)|(?:office|business|opening) hours|try (?:again|your call) later|call (?:again|back) later|thank(?:s| you) for (?:calling|your call)|at the moment|right now",
    full: "(?:mailbox|voice ?mail|memory|inbox)(?: \\p{L}+){0,5} is (?:currently )?full|(?:cannot|can't|can not|not|unable to) accept(?:ing)?(?: any)?(?: new| more)? (?:messages|calls)|(?:not|hasn't) (?:been )?set up|not in service|disconnected or is no longer",
    someone:
      "(?:would|do|did) you (?:like|want|wish|care) (?:me )?to (?:leave|take)|(?:can|could|may|shall|should) i (?:take|leave)|want to leave (?:a|him|her)|screening|reason (?:for|why you(?:'re| are)|of)(?: your)? call(?:ing)?|(?:say|state|record) your name|who(?:'s| is) (?:calling|this)",
    menu: '(?:press|dial|say) (?:zero|one|two|three|four|five|six|seven|eight|nine|star|pound|\\d|the)|for (?:sales|support|billing|service)|(?:main|following) (?:menu|options)|extension',
  }),
  symbols: {
    and: 'and',
    percent: 'percent',
    perMille: 'per mille',
    at: 'at',
    plus: 'plus',
    minus: 'minus',
    plusMinus: 'plus or minus',
    times: 'times',
    by: 'by',
    dividedBy: 'divided by',
    toThePower: 'to the power of',
    equals: 'equals',
    notEqual: 'is not equal to',
    is: 'is',
    less: 'less than',
    more: 'more than',
    atMost: 'at most',
    atLeast: 'at least',
    number: 'number',
    hash: 'hash',
    star: 'star',
    stars: ['star', 'stars'],
    sharp: 'sharp',
    section: 'section',
    about: 'about',
    to: 'to',
    per: 'per',
    dot: 'dot',
    slash: 'slash',
    dash: 'dash',
    underscore: 'underscore',
    degrees: ['degree', 'degrees'],
    money: {
      $: ['dollar', 'dollars', 'cent', 'cents'],
      '€': ['euro', 'euros', 'cent', 'cents'],
      '£': ['pound', 'pounds', 'penny', 'pence'],
      '¥': ['yen', 'yen', 'sen', 'sen'],
    },
    magnitudes: {
      K: ['thousand', 'thousand'],
      M: ['million', 'million'],
      B: ['billion', 'billion'],
      T: ['trillion', 'trillion'],
    },
    scale: /^(?:hundred|thousand|million|billion|trillion|grand)$/i,
    scaleTakesOf: /(?!)/,
    ofUnit: (unit) => unit,
    short: { 'w/': 'with', 'w/o': 'without', 'c/o': 'care of', 'b/c': 'because' },
  },
  endOfTurn: endOfTurnWords({
    open: `and but or so because if when while although though unless until than which who whose where whether as
      the a an my your his her our their its every each to for with of at from by into onto between during without within
      i'm it's he's she's they're we're you're there's i've we've they've you've i'd we'd i'll we'll
      i we they he she very really quite just even plus minus point dot past half quarter`,
    halfOpen: `is are was were am be been being has have had do does did will would can could should might must may
      in on about over under through before after around near like this that these those some any
      also only maybe well actually basically oh ah want need wanted needed called calling`,
    openPhrases: [
      "(?:my|the|our) (?:[\\p{L}']+ ){1,3}(?:is|was|are|will be)|you know|i mean|kind of|sort of|let me (?:see|think|check)",
      "hold on|hang on|wait|let's see|one (?:second|moment|sec)|just a (?:second|moment|sec)|for example|such as|the thing is",
      "i was wondering|i want|i guess|i(?:'d| would) (?:like|say)|(?<!don't |not )i think|(?:the )?(?:first|last) name",
      "(?:my|the) (?:\\p{L}+ )?(?:address|number|name|code|email)|i(?:'m| am) (?:calling|trying)(?: to)?|that(?:'s| is) going to be",
    ],
    closedPhrases: [
      // "please do that", "that is the one I was looking at"
      '(?:do|does|did|done|like|about|want|need|know|for|with|of|than|said|say|take|have|get|try) (?:that|this|these|those)',
      "(?:one|ones|what|who|whom|which|where|that) (?:i|we|you|he|she|they) (?:[\\p{L}']+ ){1,4}(?:at|for|with|about|to|from|in|on|of)",
      "(?:where|what|who|when|why|whether|if|how(?: \\p{L}+)?|which(?: \\p{L}+)?) (?:[\\p{L}']+ ){1,4}(?:is|are|was|were|am|do|does|did|have|has|had|can|could|would|will)",
    ],
    hedges: ['i (?:think|guess|suppose|believe)|or so|if i remember (?:right|correctly|well)'],
    fillers: 'um uh uhm er erm hm hmm mm mmm ah',
    answers: [
      'no|nope|nah|correct|exactly|please',
      'maybe|fine|bye|goodbye|never|nothing|everything|me too|you too|(?:and )?(?:you|yourself) as well|not yet|no problem',
      '(?:thanks|thank you)(?: (?:again|very much|so much|a lot))?(?: for (?:your|the|all your) (?:help|time|assistance))?(?: today)?',
      "nothing else|nothing more|not really|not at all|i (?:don't|do not) (?:know|think so|remember)|i (?:think|guess|hope) so",
      "(?:that|this|it)(?:'s| is| was| will be| would be| should be| will do|'d be|'ll be)(?: gonna be| going to be)? (?:it|all|right|correct|everything|fine|good|great|perfect)(?: (?:that )?i need(?:ed)?(?: help with)?)?(?: for me)?(?: (?:for )?(?:now|today))?",
      '(?:i|it|they|he|she|we|you|that|there) (?:really )?(?:am|is|are|was|were|do|does|did|have|has|had|will|would|can|could|should)(?: not)?',
      "(?:well|oh|actually|i think|i guess|i believe) (?=\\p{L})|sir|ma'am|madam|you(?:'ve| have) been (?:very |so )?helpful",
      '(?:you )?have a (?:good|great|nice|lovely) (?:day|one|night|evening|weekend)(?: too| as well)?|take care|bye now|same to you',
    ],
    assents: ['yes|yeah|yep|yup|of course|absolutely|definitely|certainly|uh huh|mm hmm|mhm'],
    acknowledgements: [
      'okay|ok|alright|all right|right|sure|great|good|perfect|fantastic|awesome|wonderful|excellent|got it|i see|oh',
    ],
    greetings: [
      'hi|hello|hey|there|good (?:morning|afternoon|evening|day)|yes|yeah|okay|ok|oh|well|so|how are you(?: doing)?(?: today)?',
    ],
    courtesies: 'please thanks sir madam',
    nameIntroductions: [
      "(?:my|the) (?:(?:first|last|full) )?name(?:'s| is)?(?: also)?|this is|i am|i'm|it's|it is|speaking is|name is",
    ],
    notInNames: `i i'm i'd i've i'll need want would like lost calling wondering to the my can could what which when where how why
      do does did is are have has had please with for about a an not just trying looking here going having getting
      there at in on no yes it that but because if so been was were am will should help who who's`,
    digits: 'zero|oh|o|nought one two three four five six seven eight nine',
    teens: 'ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen',
    tens: 'twenty thirty forty|fourty fifty sixty seventy eighty ninety',
    hundred: 'hundred',
    thousand: 'thousand',
    ordinals: `first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth
      fifteenth sixteenth seventeenth eighteenth nineteenth twentieth thirtieth`,
    double: 'double',
    triple: 'triple treble',
    betweenDigits: 'and dash hyphen space then extension area code number um uh uhm',
    currency: 'dollar dollars cent cents pound pounds euro euros pence buck bucks percent',
    months:
      'january february march april may june july august september october november december jan feb mar apr jun jul aug sep sept oct nov dec',
    weekdays: 'monday tuesday wednesday thursday friday saturday sunday',
    days: 'today tomorrow yesterday tonight weekend',
    timeEnds: "am pm a.m p.m o'clock noon midnight morning afternoon evening",
    timeJoins: 'past to',
    streets: `street st road rd avenue ave lane ln drive dr court ct way place pl boulevard blvd square terrace close crescent
      highway parkway circle row hill grove gardens trail`,
    at: 'at',
    dot: 'dot point period',
    domainEnds: 'com net org edu gov io co uk us biz info de fr es eu ca au me tv app dev',
    unitWords: 'apartment apt suite unit floor room number building lot box',
    postalCode: 'last',
    numbers: [
      { pattern: asked('zip(?: code)?|zipcode'), digits: [5, 9] },
      { pattern: asked('(?:last|first|final) four(?: digits)?'), digits: [4] },
      { pattern: asked('security code|c ?v ?[vc]2?'), digits: [3, 4] },
      { pattern: asked('pin|pass ?code'), digits: [4, 6] },
      { pattern: asked('social security(?: number)?|s ?s ?n|routing(?: number)?|tax(?: id| number)'), digits: [9] },
      {
        pattern: asked(
          '(?:credit |debit |bank )?card number|number (?:on|of) (?:the|your|my) (?:\\p{L}+ )?card|card details|long number',
        ),
        digits: [16],
      },
      {
        pattern: asked(
          '(?:phone|telephone|cell|cellphone|mobile|call ?back|contact|home|work)(?: phone)? number|(?:your|my|best|good|a) (?:phone|cell|mobile)(?: number)?|(?:your|my|best|good) number|number to (?:call|reach)|(?:reach|call)(?:ing)? (?:you|me)(?: back)? (?:at|on)|area code',
        ),
        digits: [10, 11],
      },
      {
        pattern: asked(
          '(?:account|order|reference|confirmation|booking|reservation|policy|member(?:ship)?|customer|case|ticket|tracking|invoice|flight|serial|license|id|patient|claim|receipt|passport|vehicle)(?: \\p{L}+)? number|(?:order|customer|member|account|patient) id|number|digits|(?<!post |postal )code',
        ),
        digits: [],
      },
    ],
    asks: [
      ['repeat', asked('repeat (?:that|it)|say (?:that|it) again|come again|one more time|what was that')],
      ['spelling', asked('spell(?:ed|ing)?')],
      ['email', asked('e ?-?mail(?: address)?')],
      ['birth_date', asked('date of birth|birth ?date|birth ?day|when were you born|d ?o ?b|expir\\p{L}+(?: date)?')],
      [
        'address',
        asked(
          '(?:home |street |mailing |billing |shipping |delivery |company |postal |business )?address|where (?:do you live|are you (?:living|located|based)|(?:should|shall|can|do|may) (?:we|i) (?:send|ship|deliver|mail|come))|post ?code|postal code',
        ),
      ],
      [
        'street',
        asked('(?:what|which) (?:is (?:the|your) )?street|(?:name of (?:the|your)|the|your) street|street name'),
      ],
      ['amount', asked('amount|how much|what (?:price|sum)|(?:bill|payment|transfer) amount')],
      ['date', asked('(?:which|what) (?:day|date)|date|when|day (?:would|works|and)')],
      ['time', asked('(?:which|what) time|time (?:would|works)|at what hour')],
      ['name', asked("name|who am i (?:speaking|talking) (?:to|with)|who(?:'s| is) (?:this|calling|speaking)")],
      [
        'request',
        asked(
          'how (?:can|may|could|might|should) (?:i|we) (?:help|assist|be of)|what can (?:i|we) (?:do|help)|(?:reason|purpose) (?:for|of) (?:your|the) call|what (?:do|would) you (?:need|like to do)|how can (?:i|we)|what brings you|what are you calling',
        ),
      ],
      ['yes_no', asked('anything else|something else|is that all|that be all')],
    ],
    confirms:
      /^(?:(?:okay|so|and|great|thanks|alright|right)[, ]+)*(?:(?:is|are|was|were)(?! there)|did you (?:say|mean)|you said|that's)\s/iu,
    askForms: [
      [
        'story',
        asked(
          'tell (?:me|us)|describe|explain|what happened|how (?:was|were|did|is|are|do|does)|why|walk me through|what (?:do|did) you think|feedback|experience',
        ),
      ],
      ['choice', asked('which|or|what (?:kind|type|sort|size|colou?r)|(?:source|destination) account')],
      [
        'yes_no',
        asked(
          '(?:is|are|was|were|do|does|did|can|could|would|will|have|has|should|shall|may) (?:there|you|we|i|it|that|this|he|she|they|your|the|everything|anything)|(?:is|was) that|right|correct|anything else',
        ),
      ],
    ],
  }),
};
