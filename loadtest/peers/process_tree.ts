// CPU time and memory of a server and all processes it started, from /proc. A server of several processes is one server
// here: its processes are those of the group it was started in. Memory is the proportional share (Pss), so that pages which
// processes share are counted once. Linux only; elsewhere there are no processes to be found.

import { readdirSync, readFileSync } from 'node:fs';

/** /proc counts CPU time in ticks of 10 ms: fixed in the kernel's user interface. */
const MS_PER_TICK = 10;
/** Fields of /proc/PID/stat after the command: process group is the 5th field of all, utime the 14th, cstime the 17th. */
const PGRP = 2;
const UTIME = 11;
const CSTIME = 14;

export interface TreeUsage {
  processes: number;
  /** CPU time so far of all of them, and of their children that have ended. */
  cpuMs: number;
  memoryMib: number;
}

/** @param group process id of the first process, which leads the group */
export function readTree(group: number): TreeUsage {
  const usage: TreeUsage = { processes: 0, cpuMs: 0, memoryMib: 0 };
  for (const entry of readdirSync('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid)) continue;
    const stat = read(`/proc/${pid}/stat`);
    // The command in parentheses may hold anything, blanks included.
    const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (!fields || Number(fields[PGRP]) !== group) continue;
    usage.processes++;
    for (let i = UTIME; i <= CSTIME; i++) usage.cpuMs += Number(fields[i]) * MS_PER_TICK;
    const pss = /^Pss:\s+(\d+) kB/m.exec(read(`/proc/${pid}/smaps_rollup`) ?? '')?.[1];
    usage.memoryMib += Number(pss ?? 0) / 1024;
  }
  return usage;
}

function read(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Gone since the folder was read.
    return null;
  }
}
