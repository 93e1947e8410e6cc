import { NEVER, type Call } from './calls.js';

/** Status codes with their numbers. Source: grpc doc/statuscodes.md. */
export const GRPC_CODE = Object.freeze({
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  ABORTED: 10,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const);
export type GrpcCode = keyof typeof GRPC_CODE;

/**
 * The code of a gRPC server by the HTTP status that the scenario has for its response. Sources: googleapis
 * google/rpc/code.proto (HTTP mapping of each code); of the codes with 500 the one that statuscodes.md has for a handler
 * that throws; 502, which no code has, is that of http-grpc-status-mapping.md.
 */
const BY_STATUS: Readonly<Record<number, GrpcCode>> = {
  400: 'INVALID_ARGUMENT',
  401: 'UNAUTHENTICATED',
  403: 'PERMISSION_DENIED',
  404: 'NOT_FOUND',
  409: 'ABORTED',
  429: 'RESOURCE_EXHAUSTED',
  499: 'CANCELLED',
  500: 'UNKNOWN',
  501: 'UNIMPLEMENTED',
  502: 'UNAVAILABLE',
  503: 'UNAVAILABLE',
  504: 'DEADLINE_EXCEEDED',
};

/** Other statuses are those of their class. Source: RFC 9110, section 15. */
export function codeOfStatus(status: number): GrpcCode {
  if (status < 400) return 'OK';
  return BY_STATUS[status] ?? BY_STATUS[status < 500 ? 400 : 500]!;
}

/**
 * The code that a gRPC client has: that of the response, or its own. A proxy that has no response answers UNAVAILABLE.
 * Sources: grpc doc/statuscodes.md (codes that the library generates), doc/http-grpc-status-mapping.md (429, and 502 to
 * 504, without a grpc-status).
 */
export function codeOfCaller(call: Call): GrpcCode {
  const { isSuccess, status, outcome, role, callerLeftAt } = call;
  if (isSuccess) return 'OK';
  if (status !== null) return codeOfStatus(status);
  if (role === 'call' && callerLeftAt === NEVER) return 'UNAVAILABLE';
  return OWN[outcome] ?? 'UNAVAILABLE';
}

const OWN: Readonly<Partial<Record<Call['outcome'], GrpcCode>>> = {
  timeout: 'DEADLINE_EXCEEDED',
  deadlineExceeded: 'DEADLINE_EXCEEDED',
  cancelled: 'CANCELLED',
  abandoned: 'CANCELLED',
};

/**
 * Codes with which a server span has failed; the others are the fault of the caller. Source: OpenTelemetry semantic
 * conventions, docs/rpc/grpc.md (rpc.status_code of a server).
 */
const SERVER_ERRORS: ReadonlySet<GrpcCode> = new Set([
  'UNKNOWN',
  'DEADLINE_EXCEEDED',
  'UNIMPLEMENTED',
  'UNAVAILABLE',
]);

/** Whether a code is the fault of the server. */
export function isServerError(code: GrpcCode): boolean {
  return SERVER_ERRORS.has(code);
}

/** Name of a code in Go, such as `DeadlineExceeded`. Source: grpc-go, codes/code_string.go. */
export function goNameOf(code: GrpcCode): string {
  if (code === 'OK') return code;
  if (code === 'CANCELLED') return 'Canceled';
  const words = code.toLowerCase().split('_');
  return words.map((word) => word[0]!.toUpperCase() + word.slice(1)).join('');
}

/** Full name of a method: the component for its service, and the endpoint. Source: as above (rpc.method). */
export function methodNameOf({ callee, part }: Call): string {
  return `${callee.name}/${part.name}`;
}
