// The products that are compared, and the packages of the npm registry that serve as their clients.
import { haproxy } from './haproxy.mjs';
import { nginx } from './nginx.mjs';
import { agent, cockatiel, genericPool, opossum, pgPool } from './node.mjs';
import { pgbouncer } from './pgbouncer.mjs';
import { postgres } from './postgres.mjs';
import { rabbitmq } from './rabbitmq.mjs';
import { redis } from './redis.mjs';

export const PACKAGES = ['pg@8', 'pg-pool@3', 'generic-pool@3', 'amqplib@0.10'];

export const PRODUCTS = [
  ...[postgres, pgbouncer, nginx, haproxy, redis, rabbitmq],
  ...[agent, pgPool, genericPool, opossum, cockatiel],
];
