import type { PlanConnections } from '../../spec/plan/connections.js';
import { plainText } from './values.js';

/** The cost of opening connections of an edge, and their limits; empty where none are set. */
export function connectionsText(connections: PlanConnections | null): readonly string[] {
  if (connections === null) return [];
  // The page of the protocol describes what the server does to connections.
  const {
    multiplexed,
    tlsTrips,
    mutual,
    shared,
    maxStreams,
    server: _server,
    ...fields
  } = connections;
  const own = multiplexed ? { ...fields, maxStreams } : fields;
  const where = shared ? 'shared by all instances' : 'to each instance';
  return [
    `connections (${where}, opening takes ${1 + tlsTrips} RTT${mutual ? ', both sides show a certificate' : ''}; ${plainText(own)})`,
  ];
}
