import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { looksLikeTraces } from '../../../src/importing/traces/index.js';
import { dangling, endpoint, modelOf, shape } from './read.js';

/**
 * Files of real systems, all of them under Apache-2.0:
 * - social-network.jaeger.json: delimitrou/DeathStarBench@6ecb0970, ms_collecter; 6 of 20 traces, without the nested copies of
 *   parents, logs and most tags.
 * - bookinfo.tempo.json: kiali/kiali@d733a096, a trace of Istio's Bookinfo from Tempo.
 * - skew.zipkin.json, kafka.zipkin.json: openzipkin/zipkin@878ce2a1, examples of its page.
 */
function file(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

describe('traces of real systems', () => {
  it('finds the fan-out and the databases of a social network that says no kinds', async () => {
    const text = file('social-network.jaeger.json');
    expect(looksLikeTraces(text.slice(0, 4096))).toBe('jaeger');
    const model = await modelOf([text]);
    const calls = (component: string, name: string): string =>
      shape(endpoint(model, component, name).steps)
        .replaceAll(/(?:, )?wait(?:, )?/g, ' ')
        .replaceAll(/ +(?= )|(?<=\{) /g, '')
        .trim();
    // Source: DeathStarBench@40d0d6ea, socialNetwork/src/ComposePostService/ComposePostHandler.h: ComposePost starts four calls at
    // once and awaits them. The three after them follow each other in all of these traces, which an older build made.
    expect(calls('compose-post-service', 'compose_post_server')).toBe(
      '{media-service compose_media_server | text-service compose_text_server | ' +
        'unique-id-service compose_unique_id_server | user-service compose_creator_server} ' +
        'post-storage-service store_post_server user-timeline-service write_user_timeline_server ' +
        'home-timeline-service write_home_timeline_server',
    );
    // TextHandler.h: shortens URLs and looks up mentions at the same time.
    expect(calls('text-service', 'compose_text_server')).toBe(
      '{url-shorten-service compose_urls_server | ' +
        'user-mention-service compose_user_mentions_server}',
    );
    // UserMentionHandler.h: first the cache, then the database.
    expect(calls('user-mention-service', 'compose_user_mentions_server')).toBe(
      'user-mention-memcached get user-mention-mongodb find',
    );
    expect(model.components.filter(({ kind }) => kind === 'service')).toHaveLength(12);
    expect(dangling(model)).toEqual([]);
    // Six of them are too few for any number, which each endpoint says.
    const few = model.unknown.filter(({ reason }) => reason === 'n = 6 < 30 executions');
    expect(few).toHaveLength(12);
  });

  it('scales the load of a social network by the share that its sampler keeps', async () => {
    const model = await modelOf([file('social-network.jaeger.json')]);
    const [entry] = model.entries;
    expect(entry).toMatchObject({ to: 'nginx-web-server', endpoint: '/wrk2-api/post/compose' });
    // sampler.param is 0.2: each trace is one of five.
    expect(model.unknown.map(({ path }) => path)).not.toContain('workloads');
  });

  it('reads base64 ids and kinds in words, and names endpoints without their host', async () => {
    const text = file('bookinfo.tempo.json');
    expect(looksLikeTraces(text.slice(0, 4096))).toBe('tempo');
    const model = await modelOf([text], { chunk: 1000 });
    expect(shape(endpoint(model, 'productpage.bookinfo', '/productpage').steps)).toBe(
      'wait, details.bookinfo /*, wait, reviews.bookinfo /*, wait',
    );
    expect(shape(endpoint(model, 'reviews.bookinfo', '/*').steps)).toBe(
      'wait, ratings.bookinfo /*, wait',
    );
    expect(dangling(model)).toEqual([]);
  });

  it('corrects the clock of the example of Zipkin, 65 ms behind', async () => {
    const text = file('skew.zipkin.json');
    expect(looksLikeTraces(text)).toBe('zipkin');
    const model = await modelOf([text]);
    expect(shape(endpoint(model, 'servicea', 'get').steps)).toBe('wait, serviceb post, wait');
    // Half of 94,539 - 93,577 us.
    expect(model.network!.text).toBe('481us');
  });

  it('joins messages to their handlers by the queue', async () => {
    const model = await modelOf([file('kafka.zipkin.json')]);
    const kafka = model.components.find(({ name }) => name === 'kafka')!;
    expect(kafka.kind).toBe('queue');
    expect(kafka.endpoints.map(({ steps }) => shape(steps))).toEqual([
      'servicea poll, serviceb poll',
    ]);
    expect(dangling(model)).toEqual([]);
  });
});
