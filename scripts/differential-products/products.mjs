// The products that are compared, and the packages of the npm registry that serve as their clients.
import { haproxy } from './haproxy.mjs';
import { nginx } from './nginx.mjs';
import { pgbouncer } from './pgbouncer.mjs';
import { postgres } from './postgres.mjs';

export const PACKAGES = ['pg@8', 'generic-pool@3', 'amqplib@0.10'];

export const PRODUCTS = [postgres, pgbouncer, nginx, haproxy];
