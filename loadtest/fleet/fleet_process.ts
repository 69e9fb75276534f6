// The process of a caller fleet. Does what the orchestrator says over IPC, and reports once a second.

import { recordedClips, spokenClips } from './clips.js';
import { Fleet } from './fleet.js';
import type { FleetCommand, FleetEvent } from './fleet_messages.js';

const TICK_MS = 1000;
let fleet: Fleet | null = null;

function tell(event: FleetEvent): void {
  process.send?.(event);
}

async function obey(command: FleetCommand): Promise<void> {
  switch (command.kind) {
    case 'setup': {
      const clips = command.audioDir === null ? await spokenClips() : recordedClips(command.audioDir);
      fleet = new Fleet(command, clips);
      setInterval(() => tell(fleet!.tick(false)), TICK_MS);
      return tell({ kind: 'ready', clips: clips.map(({ text, durationMs }) => ({ text, speechMs: durationMs })) });
    }
    case 'target':
      return fleet?.setTarget(command.calls, command.ratePerS);
    case 'window':
      return fleet?.clock.startWindow();
    case 'hang_up':
      await fleet?.hangUp(command.overMs);
      return tell(fleet!.tick(true));
    case 'exit':
      fleet?.close();
      process.exit(0);
  }
}

process.on('message', (command: FleetCommand) => {
  obey(command).catch((error: unknown) => tell({ kind: 'fault', message: String((error as Error)?.stack ?? error) }));
});
// Ctrl-C goes to the whole group: the orchestrator decides, and its end is ours.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit(1));
