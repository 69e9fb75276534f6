// All stories.

import { CONTEXT_STORIES } from './context_stories.js';
import { ENDING_STORIES } from './ending_stories.js';
import { INTERRUPTION_STORIES } from './interruption_stories.js';
import { LATENCY_STORIES } from './latency_stories.js';
import { NOISE_STORIES } from './noise_stories.js';
import { PROVIDER_STORIES } from './provider_stories.js';
import type { Story } from './story.js';
import { TURN_STORIES } from './turn_stories.js';

export const STORIES: readonly Story[] = [
  ...TURN_STORIES,
  ...INTERRUPTION_STORIES,
  ...NOISE_STORIES,
  ...CONTEXT_STORIES,
  ...LATENCY_STORIES,
  ...PROVIDER_STORIES,
  ...ENDING_STORIES,
];
