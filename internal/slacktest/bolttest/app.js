// An app as Slack's own framework makes it, which a test talks to through the fake of Slack. It reports what it is told, and what its
// calls are answered with, as a line of JSON each. It ends when its input does, so that it does not outlive the test.
'use strict';
const { App, LogLevel } = require('@slack/bolt');

const report = (what, more) => process.stdout.write(JSON.stringify({ what, ...more }) + '\n');

const text = (words) => ({ type: 'plain_text', text: words });

const blocks = [
  { type: 'section', text: { type: 'mrkdwn', text: '*hello* from blocks' } },
  { type: 'actions', block_id: 'buttons', elements: [{ type: 'button', action_id: 'go', text: text('Go'), value: 'shop' }] },
];

const form = {
  type: 'modal', callback_id: 'form', private_metadata: 'kept', title: text('Dump'), submit: text('Send'),
  blocks: [{ type: 'input', block_id: 'database', label: text('Database'), element: { type: 'plain_text_input', action_id: 'name' } }],
};

const app = new App({
  token: process.env.BOT_TOKEN,
  appToken: process.env.APP_TOKEN,
  socketMode: true,
  logLevel: LogLevel.WARN,
  clientOptions: { slackApiUrl: process.env.API_URL, retryConfig: { retries: 0 } },
});

// Answered once, however often it is delivered.
const answered = new Set();
app.event('app_mention', async ({ event, body, context, say }) => {
  report('mention', {
    text: event.text, ts: event.ts, user: event.user, event: body.event_id, retry: context.retryNum || 0,
    reason: context.retryReason || '', bot: context.botId, botUser: context.botUserId, payload: event,
  });
  if (answered.has(body.event_id)) return;
  answered.add(body.event_id);
  const metadata = { event_type: 'dump', event_payload: { key: 'one' } };
  const said = await say({ text: 'beside blocks', thread_ts: event.ts, metadata, blocks });
  report('said', { ts: said.ts, channel: said.channel, value: said.message.metadata.event_payload.key });
});

app.message(async ({ message, say }) => {
  report('message', { text: message.text, user: message.user, channel: message.channel, value: message.channel_type, payload: message });
  const said = await say('hello in private');
  report('said', { ts: said.ts, channel: said.channel });
});

app.command('/volcado', async ({ ack, command, client, respond }) => {
  await ack({ text: 'one moment' });
  report('command', { text: command.text, user: command.user_id, channel: command.channel_id, value: command.command, payload: command });
  const opened = await client.views.open({ trigger_id: command.trigger_id, view: form });
  report('opened', { value: opened.view.id, text: opened.view.private_metadata, payload: opened });
  await respond({ text: 'fill in the form', response_type: 'ephemeral' });
  report('responded');
});

app.view('form', async ({ ack, view, body }) => {
  const name = view.state.values.database.name.value;
  report('form', { text: name, user: body.user.id, value: view.id, payload: body });
  await ack(name === 'shop' ? undefined : { response_action: 'errors', errors: { database: `there is no ${name}` } });
});

app.action('go', async ({ ack, action, body, respond }) => {
  await ack();
  report('click', {
    text: action.action_id, value: action.value, user: body.user.id, ts: body.message.ts, channel: body.channel.id, payload: body,
  });
  await respond({ text: 'it goes', replace_original: true });
  report('responded');
});

app.error(async (error) => report('error', { text: `${error.message} ${JSON.stringify(error.data || {})}` }));

process.stdin.resume().on('end', () => process.exit(0));
app.start().then(() => report('started'), (error) => {
  report('error', { text: error.message });
  process.exit(1);
});
