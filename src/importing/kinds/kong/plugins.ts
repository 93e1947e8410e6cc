import type { Cell } from '../../cell.js';
import { from, guess, map, plain, type Written } from '../../written.js';
import { isEnabled } from './services.js';

/** A check or a change of a plugin: the verb of the middleware, and its kind. */
const PLUGINS: Readonly<Record<string, readonly [verb: string, kind: string | null]>> = {
  'key-auth': ['authenticate', 'apiKey'],
  'basic-auth': ['authenticate', 'basic'],
  jwt: ['authenticate', 'jwt'],
  'mtls-auth': ['authenticate', 'mtls'],
  session: ['authenticate', 'session'],
  acl: ['authorize', 'roles'],
  'bot-detection': ['filter', 'bot'],
  'ip-restriction': ['filter', 'ip'],
  'correlation-id': ['correlate', null],
  'request-transformer': ['transform', null],
  'file-log': ['log', null],
  'http-log': ['log', null],
  'tcp-log': ['log', null],
  'udp-log': ['log', null],
  syslog: ['log', null],
};

/** Limits of Kong's rate-limiting plugin, by calendar period. */
const PERIODS = ['second', 'minute', 'hour', 'day', 'month', 'year'] as const;
const LIMIT_BY = ['consumer', 'credential', 'ip', 'service', 'header', 'path'];

/** The middleware of some plugins, a later one of a name instead of an earlier one. */
export function middlewareOf(plugins: readonly Cell[]): readonly Written[] {
  const byName = new Map<string, Written>();
  for (const plugin of plugins) {
    const name = plugin.get('plugin') ?? plugin.get('name');
    const read = name === undefined || !isEnabled(plugin) ? undefined : entryOf(plugin, name);
    if (read !== undefined) byName.set(name!.text()!, read);
  }
  return [...byName.values()];
}

function entryOf(plugin: Cell, name: Cell): Written | undefined {
  const text = name.text() ?? '';
  const config = plugin.get('config');
  if (text === 'rate-limiting') return rateLimitOf(config, name);
  if (text === 'request-size-limiting') return sizeOf(config, name);
  const known = Object.hasOwn(PLUGINS, text) ? PLUGINS[text] : undefined;
  if (known === undefined) return undefined;
  const [verb, kind] = known;
  // A verification has its own cost, which the language knows.
  const work = kind === 'jwt' ? undefined : guess('20us');
  const fields = { kind: kind === null ? undefined : plain(kind), work };
  return map({ [verb]: map(fields, [name]) });
}

function rateLimitOf(config: Cell | undefined, name: Cell): Written | undefined {
  const limits = PERIODS.flatMap((period) => {
    const cell = config?.get(period);
    const count = cell?.number();
    return count === undefined || count <= 0 ? [] : [[period, from(count, cell)] as const];
  });
  if (limits.length === 0) return undefined;
  const by = config?.get('limit_by');
  const limitBy = LIMIT_BY.includes(by?.text() ?? '') ? from(by!.text()!, by) : undefined;
  const fields: (readonly [string, Written])[] = [['kind', plain('kong')], ...limits];
  if (limitBy !== undefined) fields.push(['limitBy', limitBy]);
  return map({ rateLimit: map(fields, [name]) });
}

/** Source: Kong, plugin request-size-limiting: `allowed_payload_size` in `size_unit`, megabytes unless it says otherwise. */
const UNITS: Readonly<Record<string, string>> = { megabytes: 'MiB', kilobytes: 'KiB', bytes: 'B' };

function sizeOf(config: Cell | undefined, name: Cell): Written {
  const size = config?.get('allowed_payload_size');
  const unit = config?.get('size_unit');
  const text = `${size?.number() ?? 128}${UNITS[unit?.text() ?? 'megabytes'] ?? 'MiB'}`;
  const fields = {
    kind: plain('size'),
    max: size === undefined ? plain(text) : from(text, size, unit),
  };
  return map({ filter: map(fields, [name]) });
}
