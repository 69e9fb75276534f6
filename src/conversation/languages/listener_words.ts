// The shape of a language's listener words: the small sounds that mean "go on", and the words that mean "stop".

/** What a language file gives; everything may be left out. */
export interface ListenerSource {
  /** Backchannels of one word, separated by white space. */
  words?: string;
  /** Backchannels of several words. */
  phrases?: readonly string[];
  /** Words that ask the agent to stop, as alternatives of a regular expression: they interrupt however short they are. */
  stops?: string;
}

export interface ListenerWords {
  readonly words: ReadonlySet<string>;
  readonly phrases: readonly string[];
  readonly stops: RegExp;
}

const NEVER = /(?!)/;

export function listenerWords({ words = '', phrases = [], stops }: ListenerSource): ListenerWords {
  return {
    words: new Set(words.split(/\s+/).filter((word) => word !== '')),
    phrases,
    stops: stops === undefined ? NEVER : new RegExp(`(?<!\\p{L})(?:${stops})(?!\\p{L})`, 'u'),
  };
}
