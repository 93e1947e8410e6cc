export const SAGA_REFERENCE = [
  {
    kind: 'orchestrated',
    component: 'saga',
    summary:
      'Steps that a service runs one after the other, and compensates in reverse order when one of them ' +
      'fails. Each command is a call from an instance of the orchestrator. With `persistence` the state is ' +
      'written around each command. Another instance then continues the saga after a crash ' +
      '(`recoveryDelay`, `persistence.read`) or when a command takes too long (`leaseTimeout`). Without ' +
      'it, sagas in flight are lost. The effects decide whether a saga counts as `completed` or ' +
      '`compensated`. `stuck` means that the system does not continue by itself: the instance that drives ' +
      'the saga has parked it. An instance that has lost its lease can neither park the saga nor report it ' +
      'as compensated.',
    sources: [
      'eventuate-tram/eventuate-tram-sagas: AbstractSimpleSagaDefinition.java',
      'temporalio/documentation: docs/encyclopedia/retry-policies.mdx',
      'temporalio/temporal: service/history/api/activity_util.go',
      'stripe/stripe-node: src/RequestSender.ts',
      'conductor-oss/conductor: docs/devguide/cookbook/saga-compensation.md, TaskDef.java',
      'camunda/camunda-docs: compensation events, compensation handler',
    ],
    example: `faultline: 1
title: A trip that is undone
run: { duration: 10s }
services:
  agency: { endpoints: { book: [ saga: trip ] } }
  flight: { endpoints: { book: [ wait: 100ms ], cancel: [ wait: 50ms ] } }
  hotel: { endpoints: { book: [ wait: 100ms, { fail: 409, probability: 10% } ], cancel: [ wait: 50ms ] } }
sagas:
  trip:
    kind: orchestrated
    orchestrator: agency
    steps:
      - { name: fly, call: flight.book, compensation: flight.cancel }
      - { name: stay, call: hotel.book, compensation: hotel.cancel }
workloads:
  travellers: { arrivals: constant(10/s), requests: [ { call: agency.book } ] }
budgets: [ trip.inconsistent <= 0% ]
`,
  },
  {
    kind: 'choreographed',
    component: 'saga',
    summary:
      'Services react to the events of others, and no component holds the state of the entire saga. The ' +
      'saga lists the effects that belong together and the endpoints that mark its start and its ends. It ' +
      'only observes.',
    sources: ['microservices.io: patterns/data/saga'],
    example: `faultline: 1
title: An order by events
run: { duration: 10s, drain: 5s }
topics:
  created: { kind: kafka, subscribers: [ { group: payments, call: payments.onCreated } ] }
  paid: { kind: kafka, subscribers: [ { group: orders, call: orders.confirm } ] }
  unpaid: { kind: kafka, subscribers: [ { group: orders, call: orders.cancel } ] }
services:
  orders: { endpoints: { place: [ publish: created ], confirm: [ wait: 1ms ], cancel: [ wait: 1ms ] } }
  payments:
    endpoints:
      charge: [ wait: 10ms, { fail: 402, probability: 5% } ]
      refund: [ wait: 10ms ]
      onCreated:
        - { call: self.charge, onError: [ publish: unpaid, respond: 200 ] }
        - publish: paid
sagas:
  order:
    kind: choreographed
    startedBy: orders.place
    completedBy: orders.confirm
    cancelledBy: orders.cancel
    steps: [ { name: charge, call: payments.charge, compensation: payments.refund } ]
workloads:
  buyers: { arrivals: constant(10/s), requests: [ { call: orders.place } ] }
budgets: [ order.stuck <= 0% ]
`,
  },
] as const;
