import { BAD_BALANCING } from './bad-balancing.js';
import { BAD_CACHES } from './bad-caches.js';
import { BAD_DATABASES } from './bad-databases.js';
import { BAD_FUNCTIONS } from './bad-functions.js';
import { BAD_SHAPES } from './bad-input.js';
import { BAD_MESH } from './bad-mesh.js';
import { BAD_MIDDLEWARE } from './bad-middleware.js';
import { BAD_QUEUES } from './bad-queues.js';
import { BAD_REFERENCES } from './bad-references.js';
import { BAD_SAGAS } from './bad-sagas.js';

/** Edits of a right file, each of which makes one mistake. */
export const BAD = [
  ...BAD_SHAPES,
  ...BAD_REFERENCES,
  ...BAD_MIDDLEWARE,
  ...BAD_BALANCING,
  ...BAD_MESH,
  ...BAD_DATABASES,
  ...BAD_FUNCTIONS,
  ...BAD_SAGAS,
  ...BAD_CACHES,
  ...BAD_QUEUES,
];
