import { methodOf, routeOf, type Call } from './calls.js';
import { codeOfCaller, codeOfStatus, isServerError, methodNameOf, type GrpcCode } from './grpc.js';
import { roleOf, statusOfLeft } from './products.js';
import { relayedStatus } from './proxies.js';

/** HTTP status that a server has written; 0 = none, as its caller had left. */
export function servedStatusOf(call: Call): number {
  return call.served === 'cancelled' ? statusOfLeft(call.callee) : call.servedStatus;
}

/** Code that a gRPC server has written. It learns that its caller has left, and its code says so. */
export function servedCodeOf({ served, servedStatus }: Call): GrpcCode {
  return codeOfStatus(served === 'cancelled' ? 499 : servedStatus);
}

/** HTTP status that a caller got; null if it got none. */
export function gotStatusOf(call: Call): number | null {
  return call.role === 'call' ? relayedStatus(call) : call.status;
}

/** What a server has answered in the words of its protocol. `blame`: whose fault it is. */
export interface Answer {
  readonly text: string;
  readonly blame: 'none' | 'caller' | 'server';
}

/** The answer of the server that was called. */
export function answerOf(call: Call): Answer {
  if (roleOf(call.callee) === 'rpc') {
    const code = servedCodeOf(call);
    const blame = code === 'OK' ? 'none' : isServerError(code) ? 'server' : 'caller';
    return { text: `${methodNameOf(call)} ${code}`, blame };
  }
  const status = servedStatusOf(call);
  if (roleOf(call.callee) === 'tcp') {
    // The outcome is all that a protocol of its own shows.
    const blame = status >= 500 ? 'server' : status >= 400 ? 'caller' : 'none';
    return { text: `${call.part.name} ${call.served!}`, blame };
  }
  const blame = status >= 500 ? 'server' : status >= 400 ? 'caller' : 'none';
  return { text: `${methodOf(call)} ${routeOf(call)} ${status}`, blame };
}

/** What a caller called, and with which status, or how else, it failed. */
export function failureText(call: Call): string {
  const { callee, outcome } = call;
  if (roleOf(callee) === 'rpc') return `${methodNameOf(call)} failed: ${codeOfCaller(call)}`;
  if (roleOf(callee) === 'tcp') return `${callee.name} ${call.part.name} failed: ${outcome}`;
  return `${callee.name} ${routeOf(call)} failed: ${gotStatusOf(call) ?? outcome}`;
}
