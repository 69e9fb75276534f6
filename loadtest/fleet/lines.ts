// What the callers of a load test say, and what they are answered. Whole sentences that read as finished, without a
// pause inside: the turn ends where the audio ends, so that the response time has one meaning.

/** `{}` is where the transcript carries the turn's word; the audio says "sample". */
export const CALLER_LINES: readonly string[] = [
  'My order code is {} and the soup was served far too cold today.',
  'I was in the cafeteria with {} and the queue was much too long.',
  'The chicken curry at the {} counter tasted really good this time.',
  'Please note that the {} salad bar had no clean plates left.',
  'I paid at the {} desk and the staff there were very friendly.',
  'The coffee machine next to the {} table has been broken since Monday.',
  'We had the {} menu for lunch and everybody liked the dessert.',
  'I give the {} kitchen four points out of five for its service.',
];

/** Replies: an early first clause with the turn's word, then two or three spoken sentences (six to nine seconds). */
const AGENT_REPLIES: readonly string[] = [
  'Thank you {}, that is good to know. I have written it down for the kitchen manager. What else would you like to tell me?',
  'I am sorry {}, that should not happen. The team will look at it before tomorrow. Was everything else as you expected?',
  'I see {}, thank you for telling me. I will pass this on to the people at the counter. How did you like the food itself?',
  'All right {}, I have noted that. Others told us the same thing this week. May I ask how often you eat with us?',
  'That helps us {}, thank you very much. I will make sure that it is read today. Is there anything you would change?',
];

/** The words of one utterance as speech recognition hears them. */
export function callerText(clip: number, word: string): string {
  return CALLER_LINES[clip % CALLER_LINES.length].replace('{}', word);
}

export function agentReply(n: number, word: string): string {
  return AGENT_REPLIES[n % AGENT_REPLIES.length].replace('{}', word);
}

/** Which clip a call says as its `n`th utterance; the same in every process, so that nobody has to be told. */
export function clipOf(callSid: string, n: number, clips: number): number {
  return (Number.parseInt(callSid.slice(-6), 16) + n) % clips;
}
