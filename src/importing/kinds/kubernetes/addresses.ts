import type { Cell } from '../../cell.js';
import type { Component, System } from '../../system.js';

/** Names of variables that hold an address even where the value has no port. */
const ADDRESS_NAME =
  /(ADDR|ADDRESS|HOST|HOSTNAME|URL|URI|ENDPOINT|SERVER|SERVERS|DSN|BROKERS?|TARGET|APP_?ID)$/i;

/** Host names in a value such as `http://cart:80/api` or `kafka-0:9092,kafka-1:9092`. */
export function hostsIn(
  value: string,
): readonly { readonly host: string; readonly isSure: boolean }[] {
  return value
    .slice(0, 2048)
    .split(/[\s,;"'|]+/)
    .flatMap((part) => {
      const app = invokedIn(part);
      if (app !== undefined) return [{ host: app, isSure: true }];
      const scheme = /^[a-z][a-z0-9+.-]*(:[a-z0-9+.-]+)*:\/\//i.exec(part)?.[0] ?? '';
      const rest = part.slice(scheme.length).replace(/^[^/@]*@/, '');
      const [, host, port] = /^([a-z0-9]([\w.-]*[a-z0-9])?)(?=(:\d+)?([/?].*)?$)/i.test(rest)
        ? (/^([\w.-]+)(:\d+)?/i.exec(rest) ?? [])
        : [];
      if (host === undefined) return [];
      return [{ host, isSure: scheme !== '' || port !== undefined }];
    });
}

/**
 * The app of Dapr that a URL of a sidecar calls: `http://localhost:3500/v1.0/invoke/cart/method/items`, with its namespace after a
 * dot. Source: docs.dapr.io, Service invocation API reference.
 */
export function invokedIn(url: string): string | undefined {
  return /^https?:\/\/[^/]+\/v1\.0(?:-\w+)?\/invoke\/([\w.-]+)(?:\/|$)/i.exec(url)?.[1];
}

/** Addresses of the process itself, and receivers of its telemetry, are no component. */
function isElsewhere(name: string, host: string): boolean {
  return /[a-z]/i.test(host) && host !== 'localhost' && !TELEMETRY.test(name);
}

const TELEMETRY =
  /^(?:QUARKUS[._])?(OTEL|OTLP|JAEGER|ZIPKIN|SENTRY|DD_|STATSD|PROMETHEUS|LOKI|TEMPO|MANAGEMENT_|SPRING_ZIPKIN|WAVEFRONT|NEW_RELIC)/i;

/** Names of links that a program hands to browsers: pictures, pages for people, and where a login returns to. */
const LINK =
  /(?:^|[._-]|[a-z](?=[A-Z]))(?:image|img|logo|icon|avatar|picture|photo|thumbnail|banner|docs|documentation|homepage|website|terms|privacy|license|redirect|callback)[._-]?(?:ur[il]|link)$/i;
const PUBLIC = /\.(?:com|org|net|info|dev|app|cloud|edu|gov|[a-z]{2})$/i;
const API = /(?:^|[./-])(?:api|rest|graphql|v\d+)(?:[./-]|$)/i;

/** Whether an address is a link to a public host that has no sign of an API. */
function isLink(name: string, host: string, text: string): boolean {
  return LINK.test(name) && PUBLIC.test(host) && !API.test(text.replace(/^\w+:\/\//, ''));
}

/** A call from the component to each one whose address is in the text of a variable. */
export function connectAddresses(
  from: Component,
  name: string,
  text: string | undefined,
  namespace: string,
  system: System,
  origins: readonly Cell[],
): void {
  const isAddress = ADDRESS_NAME.test(name);
  for (const { host, isSure } of hostsIn(text ?? '')) {
    const to = isSure || isAddress ? system.find(host, namespace) : undefined;
    if (
      to === undefined &&
      isSure &&
      isAddress &&
      isElsewhere(name, host) &&
      !isLink(name, host, text!) &&
      !system.tools.has(host.replace(/\..*$/, '')) &&
      !system.outside.has(host)
    )
      system.outside.set(host, `${name} of ${from.name}`);
    if (to !== undefined) for (const origin of origins) system.connect(from, to, origin);
  }
}

/** A call to each component whose address is in the command line of a process, such as `--backend-url=http://backend:9898`. */
export function connectArguments(
  from: Component,
  commands: readonly (Cell | undefined)[],
  namespace: string,
  system: System,
): void {
  for (const command of commands) {
    for (const argument of command?.isScalar === true ? [command] : (command?.items() ?? [])) {
      const text = (argument.text() ?? '').replace(/(^|\s)-{1,2}[\w.-]+=/g, ' ');
      for (const { host, isSure } of hostsIn(text)) {
        const to = isSure ? system.find(host, namespace) : undefined;
        if (to !== undefined) system.connect(from, to, argument);
      }
    }
  }
}
