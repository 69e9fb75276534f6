// The process of the callers of a chaos run or a soak: does what it is told over IPC.

import { spokenClips } from '../fleet/clips.js';
import { Crowd } from './crowd.js';
import type { CrowdCommand, CrowdEvent } from './crowd_messages.js';

let crowd: Crowd | null = null;

function tell(event: CrowdEvent): void {
  process.send?.(event);
}

async function obey(command: CrowdCommand): Promise<void> {
  if (command.kind === 'setup') {
    const clips = await spokenClips();
    crowd = await Crowd.start(command, clips);
    const spoken = clips.map(({ text, durationMs }) => ({ text, speechMs: durationMs }));
    return tell({ kind: 'ready', twilioUrl: crowd.twilio.url, clips: spoken });
  }
  if (command.kind === 'exit' || crowd === null) process.exit(0);
  switch (command.kind) {
    case 'server':
      crowd.serverUrl = command.url;
      return;
    case 'target':
      return crowd.setTarget(command.calls, command.ratePerS);
    case 'logs': {
      const { up, live, placed, twilio } = crowd;
      const lateMaxMs = twilio.clock.lateness.quantile(0.999);
      return tell({ kind: 'logs', logs: crowd.logs(command.sinceMs), up, live, placed, lateMaxMs });
    }
    case 'hang_up':
      return tell({ kind: 'left', callSids: crowd.hangUp(command.calls, command.overMs) });
    case 'cut':
      return tell({ kind: 'victims', callSids: crowd.cut(command.every) });
    case 'inject':
      return tell({ kind: 'victims', callSids: crowd.inject(command.every, command.messages) });
  }
}

process.on('message', (command: CrowdCommand) => {
  obey(command).catch((error: unknown) => tell({ kind: 'fault', message: String((error as Error)?.stack ?? error) }));
});
// Ctrl-C goes to the whole group: the orchestrator decides, and its end is ours.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
