import type { Cell } from '../../cell.js';
import { listBelow, REASON } from '../../reasons.js';

const SERVICE = 'services.*';
const CONTENT = 'the content of requests is not simulated';
const PLUGIN =
  'this plugin, or this setting of it, has no counterpart: write `middleware` of the gateway';

/** Gives a reason to everything of a declarative file that has no counterpart. */
export function listKong(document: Cell): void {
  listBelow(document, REASONS);
  for (const route of [
    ...(document.get('routes')?.items() ?? []),
    ...(document.get('services')?.items() ?? []).flatMap(
      (service) => service.get('routes')?.items() ?? [],
    ),
  ]) {
    listBelow(route, ROUTE);
    route.list('the route reaches no service of these files, or a condition has no counterpart');
  }
  for (const service of document.get('services')?.items() ?? []) {
    service.list('no route leads to this service, or it is not enabled');
  }
}

const ROUTE: Readonly<Record<string, string>> = {
  name: REASON.name,
  id: REASON.name,
  tags: REASON.label,
  service: REASON.name,
  protocols: REASON.port,
  strip_path: 'a path leads to a route, whatever it is rewritten to',
  preserve_host: CONTENT,
  path_handling: CONTENT,
  https_redirect_status_code: 'a redirect reaches no service',
  request_buffering: CONTENT,
  response_buffering: CONTENT,
  'plugins.*.name': PLUGIN,
  plugins: PLUGIN,
  regex_priority: 'it orders expressions, and this route has none',
  snis: REASON.security,
  sources: 'addresses are not simulated',
  destinations: 'addresses are not simulated',
};

const REASONS: Readonly<Record<string, string>> = {
  _format_version: REASON.kind,
  _transform: REASON.kind,
  _info: REASON.label,
  _comment: REASON.label,
  _konnect: REASON.label,
  _workspace: REASON.name,
  [`${SERVICE}.name`]: REASON.name,
  [`${SERVICE}.id`]: REASON.name,
  [`${SERVICE}.host`]: 'no route leads to this service, or its name says where it is',
  [`${SERVICE}.url`]: 'no route leads to this service, or its name says where it is',
  [`${SERVICE}.port`]: REASON.port,
  [`${SERVICE}.protocol`]: REASON.port,
  [`${SERVICE}.path`]: 'a path leads to a route, whatever it is rewritten to',
  [`${SERVICE}.tags`]: REASON.label,
  [`${SERVICE}.write_timeout`]:
    'a request is sent at once: only the wait for a response is limited',
  [`${SERVICE}.read_timeout`]: 'another service of the same component has the limits',
  [`${SERVICE}.connect_timeout`]: 'another service of the same component has the limits',
  [`${SERVICE}.retries`]: 'another service of the same component has the retries',
  [`${SERVICE}.enabled`]: 'a service takes requests unless this is false',
  [`${SERVICE}.client_certificate`]: REASON.security,
  [`${SERVICE}.ca_certificates`]: REASON.security,
  [`${SERVICE}.tls_verify`]: REASON.security,
  [`${SERVICE}.tls_verify_depth`]: REASON.security,
  [`${SERVICE}.plugins`]: PLUGIN,
  'upstreams.*.name': REASON.name,
  'upstreams.*.id': REASON.name,
  'upstreams.*.tags': REASON.label,
  'upstreams.*.targets':
    'the manifests say which instances there are, or one target is one instance',
  'upstreams.*.algorithm': 'no service uses it, or write `loadBalancing` of the service',
  'upstreams.*.healthchecks':
    'checks of a gateway have no counterpart: write `outlierDetection` in `outbound` of the gateway',
  'upstreams.*.slots': 'how finely targets are weighted is not simulated',
  'upstreams.*': 'this setting of an upstream has no counterpart',
  plugins: PLUGIN,
  consumers: REASON.security,
  consumer_groups: REASON.security,
  certificates: REASON.security,
  ca_certificates: REASON.security,
  snis: REASON.security,
  vaults: REASON.security,
  keys: REASON.security,
  key_sets: REASON.security,
  rbac_roles: REASON.security,
  licenses: REASON.label,
  plugin_configs: PLUGIN,
  custom_plugins: PLUGIN,
  filter_chains: PLUGIN,
  partials: PLUGIN,
  ai_models: PLUGIN,
};
