// RabbitMQ: how often a message is delivered, where it returns, and where it ends.
import { accepts, freePort, printed, sleep } from './machine.mjs';

class RabbitMQ {
  constructor(machine, { amqplib }) {
    this.machine = machine;
    this.amqplib = amqplib;
    this.queues = 0;
  }

  /** A broker with a port mapper of its own, which looks for overdue deliveries each second. */
  async start() {
    const { machine } = this;
    const [mapper, distribution] = [await freePort(), await freePort()];
    this.port = await freePort();
    const folder = machine.makeFolder('rabbitmq');
    const settings = '[{rabbit, [{consumer_timeout, 2000}, {channel_tick_interval, 1000}]}].\n';
    await machine.start('epmd', ['-port', `${mapper}`], () => accepts(mapper));
    const env = {
      ERL_EPMD_PORT: `${mapper}`,
      RABBITMQ_NODENAME: 'faultline@localhost',
      RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
      RABBITMQ_NODE_PORT: `${this.port}`,
      RABBITMQ_DIST_PORT: `${distribution}`,
      RABBITMQ_BASE: folder,
      RABBITMQ_MNESIA_BASE: `${folder}/mnesia`,
      RABBITMQ_LOG_BASE: `${folder}/log`,
      RABBITMQ_CONF_ENV_FILE: `${folder}/no-env`,
      RABBITMQ_CONFIG_FILE: `${folder}/none`,
      RABBITMQ_ADVANCED_CONFIG_FILE: machine.write('rabbitmq/advanced.config', settings),
      RABBITMQ_ENABLED_PLUGINS_FILE: machine.write('rabbitmq/plugins', '[].\n'),
    };
    await machine.start('rabbitmq-server', [], () => accepts(this.port), { env });
    await sleep(1);
    return this;
  }

  async connect() {
    const url = `amqp://guest:guest@127.0.0.1:${this.port}`;
    const connection = await this.amqplib.connect(url);
    connection.on('error', () => undefined);
    const channel = await connection.createConfirmChannel();
    channel.on('error', () => undefined);
    return { connection, channel };
  }

  /** A name that no other rule uses. */
  name(word) {
    return `${word}-${this.queues++}`;
  }
}

const deadLetterTo = (queue) => ({
  'x-dead-letter-exchange': '',
  'x-dead-letter-routing-key': queue,
});

/** Publishes messages and waits for their confirmations; returns how many were confirmed. */
async function publish(channel, queue, messages) {
  const confirmed = await Promise.all(
    Array.from({ length: messages }, (_, i) => {
      const done = (resolve) => (error) => resolve(error === null ? 1 : 0);
      return new Promise((resolve) =>
        channel.sendToQueue(queue, Buffer.from(`${i}`), {}, done(resolve)),
      );
    }),
  );
  return confirmed.reduce((sum, one) => sum + one, 0);
}

async function depth(channel, queue) {
  return (await channel.checkQueue(queue)).messageCount;
}

const REDELIVERIES = { ask: 'jobs.redeliveries' };

export const rabbitmq = {
  name: 'RabbitMQ',
  needs: ['rabbitmq-server', 'epmd'],
  install: 'apt-get install rabbitmq-server',
  version: () =>
    /\d+\.\d+\.\d+/.exec(printed('dpkg-query', '-W', 'rabbitmq-server'))?.[0] ??
    'of unknown version',
  start: (machine, clients) => new RabbitMQ(machine, clients).start(),
  rules: [
    {
      scenario: 'rabbit-delivery-limit',
      rule: '`x-delivery-limit` of 2: a message that always returns is delivered three times',
      figures: { redeliveries: REDELIVERIES, 'dead letters': { ask: 'dead.published' } },
      right: { redeliveries: 6, 'dead letters': 3 },
      async measure(own) {
        const { connection, channel } = await own.connect();
        const [jobs, dead] = [own.name('jobs'), own.name('dead')];
        const kind = { 'x-queue-type': 'quorum', 'x-delivery-limit': 2, ...deadLetterTo(dead) };
        await channel.assertQueue(dead);
        await channel.assertQueue(jobs, { arguments: kind });
        await channel.prefetch(1);
        let redeliveries = 0;
        await channel.consume(jobs, (message) => {
          if (message.fields.redelivered) redeliveries++;
          channel.nack(message, false, true);
        });
        await publish(channel, jobs, 3);
        await sleep(3);
        const letters = await depth(channel, dead);
        await connection.close();
        return { redeliveries, 'dead letters': letters };
      },
    },
    {
      scenario: 'rabbit-cycle',
      rule: 'A cycle of expiries is cut after one round, one with a rejection goes on',
      figures: {
        'left after the cycle': { ask: 'b.ready.max from 2s to 3.2s' },
        'rounds of the rejected one': { ask: 'work.published' },
      },
      right: { 'left after the cycle': 0, 'rounds of the rejected one': 7 },
      async measure(own) {
        const { connection, channel } = await own.connect();
        const [a, b, work, retry] = ['a', 'b', 'work', 'retry'].map((word) => own.name(word));
        const after = (queue) => ({ arguments: { 'x-message-ttl': 500, ...deadLetterTo(queue) } });
        await channel.assertQueue(a, after(b));
        await channel.assertQueue(b, after(a));
        await channel.assertQueue(retry, after(work));
        await channel.assertQueue(work, { arguments: deadLetterTo(retry) });
        let rounds = 0;
        await channel.consume(work, (message) => {
          rounds++;
          channel.nack(message, false, false);
        });
        await Promise.all([publish(channel, a, 5), publish(channel, work, 1)]);
        await sleep(3.2);
        const seen = { 'rounds of the rejected one': rounds };
        const left = (await depth(channel, a)) + (await depth(channel, b));
        await connection.close();
        return { 'left after the cycle': left, ...seen };
      },
    },
    {
      scenario: 'rabbit-cycle-overflow',
      rule: 'A cycle of overflows is cut too',
      figures: {
        'left in a': { ask: 'a.ready.max from 6s to 10s' },
        'left in b': { ask: 'b.ready.max from 6s to 10s' },
      },
      right: { 'left in a': 1, 'left in b': 1 },
      async measure(own) {
        const { connection, channel } = await own.connect();
        const [a, b] = [own.name('a'), own.name('b')];
        const full = (queue) => ({ arguments: { 'x-max-length': 1, ...deadLetterTo(queue) } });
        await channel.assertQueue(a, full(b));
        await channel.assertQueue(b, full(a));
        for (let message = 0; message < 5; message++) {
          await publish(channel, a, 1);
          await sleep(0.2);
        }
        const left = { 'left in a': await depth(channel, a), 'left in b': await depth(channel, b) };
        await connection.close();
        return left;
      },
    },
    {
      scenario: 'rabbit-prefetch',
      rule: 'Messages that a lost consumer held return at once to the next one',
      figures: {
        redeliveries: REDELIVERIES,
        'handled before': { ask: 'jobs.consumed from 0s to 1.9s' },
        'last one handled after': { ask: 'jobs.delay.max', unit: 's', tolerance: 0.25 },
      },
      right: { redeliveries: 3, 'handled before': 3, 'last one handled after': 2.3 },
      async measure(own) {
        const slow = await own.connect();
        const fast = await own.connect();
        const jobs = own.name('jobs');
        await slow.channel.assertQueue(jobs);
        await slow.channel.prefetch(3);
        await fast.channel.prefetch(3);
        await slow.channel.consume(jobs, () => undefined);
        const taken = [];
        let line = Promise.resolve();
        let begin = 0;
        await fast.channel.consume(jobs, (message) => {
          line = line.then(async () => {
            const redelivered = message.fields.redelivered;
            await sleep(0.1);
            taken.push({ redelivered, after: (performance.now() - begin) / 1000 });
            fast.channel.ack(message);
          });
        });
        begin = performance.now();
        await publish(fast.channel, jobs, 6);
        await sleep(2 - (performance.now() - begin) / 1000);
        await slow.connection.close();
        await sleep(1.5);
        await fast.connection.close();
        return {
          redeliveries: taken.filter(({ redelivered }) => redelivered).length,
          'handled before': taken.filter(({ after }) => after < 1.9).length,
          'last one handled after': taken.at(-1).after,
        };
      },
    },
    {
      scenario: 'rabbit-consumer-timeout',
      rule: '`consumer_timeout` of 2 s returns what a consumer does not acknowledge; the broker looks each second',
      figures: {
        redeliveries: REDELIVERIES,
        'taken again after': { ask: 'jobs.delay.max', unit: 's', tolerance: 1.25 },
      },
      right: { redeliveries: 1, 'taken again after': 2 },
      async measure(own) {
        const slow = await own.connect();
        const fast = await own.connect();
        const jobs = own.name('jobs');
        await slow.channel.assertQueue(jobs);
        await slow.channel.prefetch(1);
        await fast.channel.prefetch(1);
        await slow.channel.consume(jobs, () => undefined);
        const again = [];
        let begin = 0;
        await fast.channel.consume(jobs, (message) => {
          if (message.fields.redelivered) again.push((performance.now() - begin) / 1000);
          fast.channel.ack(message);
        });
        begin = performance.now();
        await publish(fast.channel, jobs, 2);
        await sleep(5);
        await fast.connection.close();
        await slow.connection.close();
        return { redeliveries: again.length, 'taken again after': again[0] };
      },
    },
    {
      scenario: 'rabbit-reject-publish',
      rule: 'A full queue with `overflow: reject-publish` does not confirm',
      figures: { confirmed: { ask: 'users.outcomes.ok' }, kept: { ask: 'jobs.ready.max' } },
      right: { confirmed: 5, kept: 5 },
      async measure(own) {
        const { connection, channel } = await own.connect();
        const jobs = own.name('jobs');
        const limits = { 'x-max-length': 5, 'x-overflow': 'reject-publish' };
        await channel.assertQueue(jobs, { arguments: limits });
        const confirmed = await publish(channel, jobs, 8);
        const kept = await depth(channel, jobs);
        await connection.close();
        return { confirmed, kept };
      },
    },
  ],
};
