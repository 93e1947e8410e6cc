import { derive, lineage } from '../../../kernel/rng.js';
import { frames } from './frames.js';
import { OPERATION, strands } from './strands.js';

/** Writes the operation of a strand to `lineage`. */
export function operationOf(strand: number): void {
  const isPlain = strands.operation[strand] === OPERATION.plain;
  lineage.a = isPlain ? strands.lineageA[strand] : strands.operationA[strand];
  lineage.b = isPlain ? strands.lineageB[strand] : strands.operationB[strand];
}

/** Writes the operation of the attempts of a frame to `lineage`: that of its first attempt. */
function operationOfAttempts(frame: number): void {
  const isPlain = frames.operation[frame] === OPERATION.plain;
  if (isPlain) derive(frames.lineageA[frame], frames.lineageB[frame], 1);
  else derive(frames.operationA[frame], frames.operationB[frame], 1);
}

/** What is below an operation of this kind, and has columns of its own. */
function below(kind: number): number {
  return kind < OPERATION.handler ? OPERATION.given : OPERATION.ofTask;
}

/** A strand gets the operation in `lineage`, below one of this kind. */
function setOperation(strand: number, kind: number): void {
  strands.operation[strand] = below(kind);
  strands.operationA[strand] = lineage.a;
  strands.operationB[strand] = lineage.b;
}

/** A strand works for another one; `tag` is that of its lineage. */
export function operatesFor(strand: number, parent: number, tag: number): void {
  if (strands.operation[parent] === OPERATION.plain) return;
  derive(strands.operationA[parent], strands.operationB[parent], tag);
  setOperation(strand, strands.operation[parent]);
}

/** An attempt is sent for a frame; `original`: the frame that it was forked from, or the frame itself. */
export function operatesAsAttempt(strand: number, frame: number, original: number): void {
  const isFirst = original === frame && frames.attempt[frame] === 1;
  if (isFirst && frames.operation[frame] === OPERATION.plain) return;
  operationOfAttempts(original);
  setOperation(strand, frames.operation[original]);
}

/** A frame leaves the one that it was forked from: its attempts keep their operation. */
export function keepsOperation(frame: number, original: number): void {
  if (original === frame) return;
  const isPlain = frames.operation[original] === OPERATION.plain;
  const { lineageA, lineageB, operationA, operationB } = frames;
  frames.operation[frame] = below(frames.operation[original]);
  operationA[frame] = isPlain ? lineageA[original] : operationA[original];
  operationB[frame] = isPlain ? lineageB[original] : operationB[original];
}

/** A strand runs steps instead of the call of a frame, however many attempts that has made. */
export function operatesInstead(strand: number, frame: number, tag: number): void {
  operationOfAttempts(frame);
  derive(lineage.a, lineage.b, tag);
  setOperation(strand, frames.operation[frame]);
}

/** A strand makes a call; `tag` is that of its lineage. */
export function callOperates(frame: number, owner: number, tag: number): void {
  if (strands.operation[owner] === OPERATION.plain) return;
  derive(strands.operationA[owner], strands.operationB[owner], tag);
  frames.operation[frame] = below(strands.operation[owner]);
  frames.operationA[frame] = lineage.a;
  frames.operationB[frame] = lineage.b;
}

/**
 * A separate call is made for a frame; `tag` is that of its lineage. It is not plain: a frame that is retried makes it
 * again.
 */
export function besideOperates(child: number, frame: number, tag: number): void {
  const isPlain = frames.operation[frame] === OPERATION.plain;
  const { lineageA, lineageB, operationA, operationB } = frames;
  if (isPlain) derive(lineageA[frame], lineageB[frame], tag);
  else derive(operationA[frame], operationB[frame], tag);
  frames.operation[child] = below(frames.operation[frame]);
  frames.operationA[child] = lineage.a;
  frames.operationB[child] = lineage.b;
}
