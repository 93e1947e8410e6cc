import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { looksLikeTraces } from '../../../src/importing/traces/index.js';
import { callsIn } from '../../../src/importing/traces/steps.js';
import { dangling, endpoint, modelOf, shape } from './read.js';

/** Files of real systems: `fixtures/README.md` names their origin and licence. */
function file(name: string): string {
  return readFileSync(new URL(`fixtures/${name}`, import.meta.url), 'utf8');
}

function zipped(name: string): string {
  return gunzipSync(readFileSync(new URL(`fixtures/${name}`, import.meta.url))).toString('utf8');
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
    const queues = model.components.filter(({ kind }) => kind === 'queue');
    expect(queues.map(({ name, product }) => `${name} ${product}`)).toEqual([
      'central.messages kafka',
      'command-messages kafka',
      'messages kafka',
    ]);
    expect(queues[2]!.endpoints.map(({ steps }) => shape(steps))).toEqual([
      'servicea on-message, serviceb on-message',
    ]);
    // The first receipt, of three messages, has no sender in the traces.
    expect(model.entries.map(({ to, endpoint: name }) => `${to} ${name}`)).toEqual([
      'servicea on-message',
    ]);
    expect(dangling(model)).toEqual([]);
  });

  it('tells the pages of Online Boutique apart that one route of its frontend serves', async () => {
    const model = await modelOf([zipped('online-boutique.zipkin.json.gz')]);
    const [pages] = endpoint(model, 'frontend', 'Frontend/Recv.').steps;
    const found = (pages?.kind === 'choose' ? pages.branches : []).map(({ weight, steps }) => ({
      n: Math.round(502 * Number(weight.text)),
      calls: callsIn(steps).map((call) => call.endpoint.replace(/^.*\//, '')),
    }));
    // Source: the table of the same minute by page: 244 product pages, 101 carts, 54 front pages, 48 additions to the cart,
    // 37 changes of the currency, 18 orders. Microservices-demo, src/frontend/handlers.go: no handler calls in parallel.
    expect(found.map(({ n }) => n)).toEqual([244, 101, 54, 48, 37, 18]);
    expect(found[0]!.calls.join(' ')).toBe(
      'GetProduct GetSupportedCurrencies GetCart Convert ListRecommendations GetProduct GetAds',
    );
    expect(found[2]!.calls.join(' ')).toBe(
      'GetSupportedCurrencies ListProducts GetCart Convert GetAds',
    );
    expect(found[3]!.calls.join(' ')).toBe('GetProduct AddItem');
    expect(found[4]!.calls).toEqual([]);
    expect(found[5]!.calls.join(' ')).toBe(
      'PlaceOrder ListRecommendations GetProduct GetSupportedCurrencies',
    );
    expect(JSON.stringify(pages)).not.toContain('"parallel"');
    expect(dangling(model)).toEqual([]);
  });

  it('takes spans of Jaeger that came from OpenTelemetry without a kind as internal ones', async () => {
    // Source: OpenTelemetry specification, trace/sdk_exporters/jaeger.md: the kind of internal spans is not translated.
    const text = gunzipSync(readFileSync('examples/compose/traces.json.gz')).toString('utf8');
    const model = await modelOf([text]);
    expect(model.components.map(({ name }) => name)).not.toContain('users');
    expect(model.entries.map(({ to, endpoint: name }) => `${to} ${name}`).sort()).toEqual([
      'web POST /browse',
      'web POST /buy',
    ]);
  });
});
