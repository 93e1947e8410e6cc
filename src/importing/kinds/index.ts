import type { DocumentKind } from './kind.js';
import { services } from './kubernetes/services.js';
import { workloads } from './kubernetes/workloads.js';

/** Every kind of document that can be read. The first one that recognises a document reads it. */
export const documentKinds: readonly DocumentKind[] = [workloads, services];
