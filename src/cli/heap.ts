import { totalmem } from 'node:os';

export const MIB = 2 ** 20;

/** Memory of the program before any run. Unit: bytes. */
export const PROGRAM = 110 * MIB;

/** Smallest budget with which anything can run. Unit: bytes. */
export const LEAST = 192 * MIB;

/** Half the memory of this machine, or of its container. Unit: bytes. */
export function budgetOfMachine(): number {
  const constrained = process.constrainedMemory();
  const total = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return Math.max(LEAST, total / 2);
}

/** Limit of the JavaScript heap of each thread that simulates, if they share a budget. Unit of the result: MiB. */
export function heapOf(budget: number, threads: number): number {
  return Math.max(64, Math.min(4096, Math.floor((budget - PROGRAM) / threads / MIB)));
}
