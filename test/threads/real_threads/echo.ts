// Worker thread that sends every record back through the same slot, sleeping on its doorbell in between: the other
// thread of doorbell_threads.test.ts. A record of type `endType` ends it.

import { workerData } from 'node:worker_threads';
import { Doorbell } from '../../../src/threads/doorbell.js';
import { SlotRings } from '../../../src/threads/slab.js';
import { SlotFlags } from '../../../src/threads/slot_flags.js';

export interface EchoTask {
  slab: SharedArrayBuffer;
  bells: SharedArrayBuffer;
  slots: number;
  endType: number;
}

const { slab, bells, slots, endType } = workerData as EchoTask;
const flags = new SlotFlags(slab);
const mainBell = new Doorbell(bells, 0);
const rings = Array.from({ length: slots }, (_, slot) => new SlotRings(slab, slot));

// A doorbell keeps no thread alive; a real worker has piscina's port for that.
const alive = setInterval(() => {}, 60_000);
const stop = new Doorbell(bells, 1).listen(() => {
  rings.forEach(({ ingress, egress }, slot) => {
    while (ingress.next()) {
      if (ingress.type === endType) {
        stop();
        clearInterval(alive);
      }
      const { bytes, offset, length, type } = ingress;
      egress.tryWrite(type, bytes.subarray(offset, offset + length));
      flags.mark(slot);
      mainBell.ring();
    }
    ingress.release();
  });
});
