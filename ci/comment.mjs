#!/usr/bin/env node
// Puts a Markdown file on the pull request (GitHub) or the merge request (GitLab) of the running pipeline, as one comment
// that later runs replace: `node comment.mjs FILE [NAME]`. NAME tells the comments of several scenarios apart. Needs
// Node alone. Ends with 0 where there is no file or no request, and with 1 where the server refuses.
import { existsSync, readFileSync } from 'node:fs';

/** Longest comment of GitHub. Unit: characters. */
const LONGEST = 65_536;
const CUT = '\n\n*The rest is in the log of the job.*\n';

const [path, name = 'scenario'] = process.argv.slice(2);
if (path === undefined) fail('name the Markdown file: node comment.mjs FILE [NAME]');
if (!existsSync(path)) done(`${path} was not written: there is nothing to comment`);
const request = ofGitHub(process.env) ?? ofGitLab(process.env);
if (request === null) done('this is no pull request and no merge request: no comment');

const marker = `<!-- faultline: ${name.replace(/-->/g, '')} -->`;
await publish(request, bodyOf(readFileSync(path, 'utf8')));

/** The comments of a pull request. */
function ofGitHub(env) {
  const { GITHUB_REPOSITORY, GITHUB_EVENT_PATH, GITHUB_TOKEN } = env;
  if (GITHUB_REPOSITORY === undefined || GITHUB_EVENT_PATH === undefined) return null;
  const { pull_request: pull } = JSON.parse(readFileSync(GITHUB_EVENT_PATH, 'utf8'));
  if (pull === undefined) return null;
  const api = `${env.GITHUB_API_URL ?? 'https://api.github.com'}/repos/${GITHUB_REPOSITORY}/issues`;
  return {
    headers: {
      authorization: `Bearer ${GITHUB_TOKEN ?? ''}`,
      accept: 'application/vnd.github+json',
    },
    comments: `${api}/${pull.number}/comments`,
    update: (id) => ['PATCH', `${api}/comments/${id}`],
    needs: 'the job needs `permissions: { pull-requests: write }` and the token in GITHUB_TOKEN',
  };
}

/** The notes of a merge request. */
function ofGitLab(env) {
  const { CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID, GITLAB_TOKEN } = env;
  if (CI_API_V4_URL === undefined || CI_MERGE_REQUEST_IID === undefined) return null;
  const notes = `${CI_API_V4_URL}/projects/${CI_PROJECT_ID}/merge_requests/${CI_MERGE_REQUEST_IID}/notes`;
  return {
    headers: { 'private-token': GITLAB_TOKEN ?? '' },
    comments: notes,
    update: (id) => ['PUT', `${notes}/${id}`],
    needs: 'GITLAB_TOKEN must be a project access token with the scope `api`',
  };
}

function bodyOf(text) {
  const whole = `${marker}\n${text}`;
  return whole.length <= LONGEST ? whole : whole.slice(0, LONGEST - CUT.length) + CUT;
}

async function publish(own, body) {
  const known = await find(own);
  const [method, url] = known === null ? ['POST', own.comments] : own.update(known);
  await send(own, method, url, { body });
  done(known === null ? 'the request has a comment' : 'the comment of the request is up to date');
}

/** The id of the comment of an earlier run; null if there is none. */
async function find(own) {
  for (let page = 1; ; page++) {
    const all = await send(own, 'GET', `${own.comments}?per_page=100&page=${page}`);
    const found = all.find(({ body }) => body?.startsWith(marker));
    if (found !== undefined) return found.id;
    if (all.length < 100) return null;
  }
}

async function send({ headers, needs }, method, url, body) {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const all = { ...headers, 'content-type': 'application/json', 'user-agent': 'faultline' };
  let response;
  try {
    response = await fetch(url, { method, headers: all, body: text });
  } catch (error) {
    fail(`${new URL(url).host} did not answer: ${error.cause?.message ?? error.message}`);
  }
  if (response.ok) return response.json();
  const isForbidden = [401, 403, 404].includes(response.status);
  fail(`${method} ${url}: ${response.status}${isForbidden ? `: ${needs}` : ''}`);
}

function done(message) {
  process.stderr.write(`faultline: ${message}\n`);
  process.exit(0);
}

function fail(message) {
  process.stderr.write(`faultline: ${message}\n`);
  process.exit(1);
}
