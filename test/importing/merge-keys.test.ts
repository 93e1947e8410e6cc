import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { imported, loaded, scalarsIn, source } from './support.js';

/** The shape of the Compose file of getsentry/self-hosted (FSL): what all services share is in anchors. */
const COMPOSE = `
x-restart: &restart { restart: unless-stopped }
x-limits: &limits
  deploy: { resources: { limits: { cpus: "0.5", memory: 256M } } }
x-defaults: &defaults
  <<: [ *restart, *limits ]
  image: shop/web
  depends_on: [ postgres ]
  environment: &env
    STORE_URL: http://store:8080
services:
  postgres:
    <<: *restart
    image: postgres:16
  store: { image: shop/store }
  web:
    <<: *defaults
    ports: [ "80:80" ]
  worker:
    <<: *defaults
    image: shop/worker
    deploy: { resources: { limits: { cpus: "2" } } }
    environment:
      <<: *env
      MAIL_URL: http://mail:25
`;

describe('merge keys of YAML', () => {
  it('give a service what its anchors have, and its own values before them', () => {
    const result = imported(source(COMPOSE, 'compose.yaml'));
    loaded(result);
    const { services, platform } = parse(result.scenario);
    expect(services.web).toMatchObject({
      cpu: { quota: { limit: 0.5 } },
      memory: { limit: '256MiB' },
    });
    expect(services.web.endpoints.handle.steps.slice(1)).toEqual([
      { call: 'store.handle' },
      { query: 'postgres.query' },
    ]);
    // A merge is of the first level alone: the own `deploy` replaces that of the anchor.
    expect(services.worker.cpu.quota.limit).toBe(2);
    expect(services.worker.memory).toBeUndefined();
    expect(services.worker.endpoints.handle.steps.slice(1)).toEqual([
      { call: 'store.handle' },
      { query: 'postgres.query' },
    ]);
    expect(platform.restart.initial).toBe('100ms');
    expect(result.account.values).toBe(scalarsIn(source(COMPOSE)[0]!));
  });

  it('are keys like others in quotes', () => {
    const text = COMPOSE.replace('    <<: *restart\n', '    "<<": *restart\n');
    const { listed } = imported(source(text, 'compose.yaml')).account;
    expect(listed.map(({ path }) => path)).toContain('services.postgres.<<.restart');
  });
});
