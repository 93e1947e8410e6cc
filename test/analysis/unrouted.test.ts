import { describe, expect, it } from 'vitest';
import { renderSweepMarkdown } from '../../src/report/sweep/markdown.js';
