import { DARK, declarations, LIGHT, PRINT, type Look, type Mark } from '../drawing/theme.js';

/**
 * The style sheet of the page, with a rule per variant for its colour and for the switch; `long` is for scrolling
 * tables.
 */
export function styleSheet(looks: readonly Look[], long = false): string {
  const keys = looks
    .map((look) => `.${look.className}{--c:${look.color};--ci:${look.ink}}${keyStyle(look)}`)
    .join('');
  const chosen = looks
    .map((look) => `body:has(#pv-${look.className}:checked) .only.${look.className}`)
    .join(',');
  const hidden = looks
    .map((look) => `body:has(#pv-${look.className}:checked) .no-${look.className}`)
    .join(',');
  const many =
    looks.length > 1
      ? `@supports selector(:has(a)){.only{display:none}${chosen}{display:block}${hidden}{display:none}}`
      : '';
  return [
    `:root{color-scheme:light dark;${declarations(LIGHT)};${FONTS}}`,
    `@media(prefers-color-scheme:dark){:root{${declarations(DARK)}}}`,
    PAGE,
    TEXT,
    TABLES,
    FIGURES,
    SCROLLED,
    INSIDE,
    keys,
    many,
    NARROW_PAGE,
    ...(long ? [LONG] : []),
    `@media print{:root{color-scheme:light;${declarations(PRINT)}}${ON_PAPER}${long ? LONG_ON_PAPER : ''}}`,
  ].join('');
}

/** The dashes and the shape of a variant's line, in its key. */
function keyStyle({ className, dash, mark, width }: Look): string {
  const own = `.key.${className}`;
  const dashes =
    dash === null
      ? ''
      : `${own}{border-color:transparent;background:repeating-linear-gradient(90deg,${stripes(dash)}) 0 0/100% 2.5px no-repeat}`;
  // The winner's line is thicker, so that it differs from the other solid one without colour.
  const thick = width > THIN ? `${own}{border-top-width:4.5px}` : '';
  return `${dashes}${thick}${mark === null ? '' : `${own}::after{content:"${SHAPES[mark]}"}`}`;
}

/** Width of the lines of all variants but the winner. */
const THIN = 1.8;

/** The pattern of a dash, on and off in turn, as stops of a gradient. */
function stripes(dash: string): string {
  let at = 0;
  return dash
    .split(' ')
    .map((length, i) => {
      const from = at;
      at += Number(length);
      return `${i % 2 === 0 ? 'var(--c)' : 'transparent'} ${from}px ${at}px`;
    })
    .join(',');
}

const SHAPES: Readonly<Record<Mark, string>> = { circle: '●', square: '■', triangle: '▲' };

const FONTS =
  '--sans:Inter,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;' +
  '--mono:ui-monospace,"SF Mono",SFMono-Regular,"JetBrains Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace';

const PAGE = `*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%;scroll-padding-top:64px}
body{margin:0;background:var(--bg);color:var(--ink);font:400 15px/1.55 var(--sans);-webkit-font-smoothing:antialiased;overflow-wrap:break-word}
a{color:var(--accent);text-underline-offset:3px;text-decoration-thickness:1px}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:3px}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:12px;background:var(--bg);padding:8px 12px;z-index:9}
.page{max-width:1384px;margin:0 auto;padding:0 32px;overflow-x:clip}
header,footer{min-width:0}
nav.toc{position:fixed;left:8px;top:50%;transform:translateY(-50%);z-index:6;font-size:12.5px;line-height:1.2}
nav.toc ol{list-style:none;margin:0;padding:0}
nav.toc a{display:flex;align-items:center;height:18px;width:20px;color:var(--ink2);text-decoration:none;overflow:hidden;white-space:nowrap}
nav.toc a::before{content:"";flex:none;width:6px;height:6px;margin:0 10px 0 5px;border-radius:50%;background:var(--rule)}
nav.toc:is(:hover,:focus-within){background:var(--bg);box-shadow:0 0 0 1px var(--rule);border-radius:6px;padding:4px 10px 4px 0}
nav.toc:is(:hover,:focus-within) a{width:auto}
nav.toc a:is(:hover,:focus)::before{background:var(--ink)}
main{min-width:0}
header{padding:20px 0 0}
section{padding:30px 0 0}
footer{padding:56px 0 64px;font-size:12.5px;color:var(--ink3)}
footer p{max-width:60em}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
caption.sr{left:0}`;

const TEXT = `.meta{color:var(--ink3);font-size:13px;margin:0 0 12px;max-width:64em;text-wrap:pretty}
h1{font-size:22px;line-height:1.25;letter-spacing:-.018em;font-weight:650;margin:0 0 4px;text-wrap:balance}
h2{font-size:20px;line-height:1.3;letter-spacing:-.014em;font-weight:620;margin:0 0 6px;max-width:46em;text-wrap:balance}
h3,h4{font-size:13.5px;line-height:1.4;font-weight:600;margin:0 0 8px;letter-spacing:-.003em}
h3.gap{margin-top:32px}
.of{font-weight:400;color:var(--ink3)}
p{margin:0 0 12px;max-width:42em}
.lead{color:var(--ink2)}
.kick{font-size:12.5px;color:var(--ink3);margin:0 0 4px;font-weight:500}
.kick b{color:var(--ink2);font-weight:600}
.verdict{padding:16px 0 0}
.say{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:8px 18px;align-items:start;margin:0 0 8px}
.answer{margin:0;font-size:18px;line-height:1.42;letter-spacing:-.008em}
.answer>div{display:grid;grid-template-columns:48px minmax(0,1fr);gap:0 10px;padding:0 0 4px}
.answer dt{color:var(--ink3);font-weight:400}
.answer dd{margin:0;font-weight:450;text-wrap:pretty}
.answer b{font-weight:650}
.lines{columns:2;column-gap:32px}
.also{margin:0 0 3px;max-width:none;break-inside:avoid}
.asked{margin-bottom:10px}
.also b{color:var(--ink2);font-weight:600}
header details{margin:0;font-size:13px}
#variants{padding-top:14px}
.strips table{font-size:13.5px}
.strips caption{padding:0 0 4px}
.strips thead :is(th,td){padding:0 0 4px 14px;border-bottom:0}
.strips td.sc{padding:0;width:46%;min-width:300px}
.strips tbody th{padding:4px 14px 4px 0;vertical-align:middle;white-space:normal;overflow-wrap:anywhere;min-width:84px}
.strips tbody th label{cursor:pointer;font-weight:550}
.strips tbody td{vertical-align:middle;padding:4px 0 4px 14px}
.strips tbody td.sc{padding:4px 0}
.strips td small{white-space:normal}
.strips td span{white-space:nowrap}
header .meta{max-width:96em}
.fc.strip{height:52px}
.fl{padding:0 0 2px 40px;font-size:11px;line-height:1;color:var(--ink2);text-align:left}
.fl>div{position:relative;height:19px}
.fl>div::before{content:"";position:absolute;top:0;left:var(--l);width:max(2px,var(--s));height:3px;background:var(--ink3)}
.fl span{position:absolute;top:4px;left:max(0px,min(var(--l),100% - var(--w)));max-width:100%;overflow:hidden;text-overflow:ellipsis;line-height:13px;white-space:nowrap}
.fl p{margin:0 0 4px}
.readout{min-height:1.5em;margin:10px 0 0;max-width:none;font-size:13.5px;font-variant-numeric:tabular-nums}
.scroll.tall{max-height:430px;overflow:auto}
.two.at{align-items:start;grid-template-columns:minmax(0,690px) minmax(0,1fr)}
td .bar{display:block;height:4px;background:var(--accent);border-radius:2px}
.tc,.xc{position:relative;touch-action:pan-y}
.xc:focus{outline-offset:4px}
.in.tc{position:absolute}
.fc:not(.gut)>.in.tc{inset:0}
:is(.tc,.xc) .cur{position:absolute;top:0;bottom:0;width:0;border-left:1px solid var(--ink);pointer-events:none;z-index:2}
.xc .rd,.tc .rd,.fc .tc .rd{position:absolute;right:0;top:-3px;z-index:3;max-width:100%;font:500 11px/1.35 var(--sans);font-variant-numeric:tabular-nums;color:var(--ink);background:color-mix(in srgb,var(--bg) 86%,transparent);padding:0 3px;border-radius:2px;pointer-events:none;white-space:nowrap}
.xc .cur.row{left:0;right:0;border:0;background:var(--ink);opacity:.09}
:is(.tc,.xc) .rd.left{right:auto;left:0}
[hidden]{display:none!important}
.axis span{top:4px;transform:translateX(-50%)}
.badge{display:inline-block;font-size:12.5px;font-weight:650;letter-spacing:.01em;padding:2px 9px 2px 8px;border-radius:4px;vertical-align:2px;margin-right:8px}
.badge.fail{background:var(--failing);color:var(--on-failing)}
.badge.pass{background:var(--good);color:var(--bg)}
.badge.open{background:var(--surface);color:var(--ink);box-shadow:inset 0 0 0 1px var(--ink3)}
.budgets,.scroll.expected{margin-top:34px}
.better{color:var(--good)}
.worse{color:var(--bad)}
.nothing{font-size:13.5px;color:var(--ink3);margin:10px 0}
pre,code{font-family:var(--mono);font-size:12.5px;font-variant-ligatures:none}
pre{background:var(--surface);border-radius:7px;padding:14px 16px;overflow-x:auto;line-height:1.6;margin:10px 0;color:var(--ink)}
pre.diff{margin:2px 0 14px;white-space:pre-wrap;overflow-wrap:anywhere}
.diff .del{color:var(--bad)}
.diff .ins{color:var(--good)}
.patches{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:8px 36px;margin-top:12px}.patches>*{min-width:0}
.pn{margin:0;font-size:13.5px;font-weight:600}
.patch .meta{margin:0 0 14px}
dl.m{display:grid;grid-template-columns:150px 1fr;gap:7px 24px;font-size:13.5px;max-width:800px;margin-top:16px}
dl.m dt{color:var(--ink3)}
dl.m dd{margin:0}
.warn{font-size:13.5px;color:var(--ink2);padding-left:18px;margin:0;max-width:60em}
.warn li{margin:0 0 4px}`;

const TABLES = `.scroll{overflow-x:auto;margin:0 -2px;padding:0 2px;scrollbar-width:thin;position:relative}
table{border-collapse:collapse;font-size:13.5px;line-height:1.35}
td,th{font-variant-numeric:tabular-nums lining-nums}
caption{text-align:left;color:var(--ink3);font-size:12.5px;padding:0 0 8px;caption-side:top}
th{font-weight:500;text-align:left;color:var(--ink3);font-size:12.5px}
thead th{vertical-align:bottom;padding:0 14px 7px 0;border-bottom:1px solid var(--rule)}
tbody th,tbody td{padding:8px 14px 8px 0;border-bottom:1px solid var(--rule);vertical-align:top}
tbody th{color:var(--ink);font-size:13.5px;white-space:nowrap}
td{text-align:right}
thead th.r{text-align:right}
td small,th small{display:block;font-size:12px;color:var(--ink3);font-weight:400;white-space:nowrap}
td b{font-weight:680}
.wide{width:100%}
.key{display:inline-block;position:relative;width:20px;border-top:2.5px solid var(--c);vertical-align:3px;margin-right:7px;background-origin:border-box!important;background-clip:border-box!important}
.key::after{position:absolute;left:50%;top:-1.25px;transform:translate(-50%,-50%);font-size:9px;line-height:1;color:var(--c)}
.pass::before,.fail::before,.open::before{display:inline-block;width:15px;font-weight:700}
.badge.pass::before,td .pass::before{content:"✓"}
.badge.fail::before,td .fail::before,.strips b.worse::before{content:"✕"}
td .pass::before{color:var(--ink3)}
.strips b.worse::before{margin-right:4px}
td .open::before{content:"?";color:var(--ink3)}
td .fail{color:var(--bad);font-weight:600}
.none{color:var(--ink3);font-size:12.5px}
.budget td{text-align:left;white-space:nowrap}.budget td small{white-space:normal}
.budget tbody th{font:400 12.5px/1.5 var(--mono);font-variant-ligatures:none;white-space:nowrap}
.budget tbody th small{font-family:var(--sans)}
.budget thead th{color:var(--ink);font-weight:600;white-space:normal}
.budget tfoot td,.budget tfoot th{padding:8px 14px 0 0;white-space:nowrap;font-weight:600;color:var(--ink);text-align:left;font-size:13.5px}
.cmp thead th,.cmp tbody td,.cmp tbody th{padding-right:0;padding-left:8px}
.cmp tbody th,.cmp thead th:first-child{padding-left:0}
.cmp td small{font-size:11.5px}
.cmp thead td{border:0;padding:0}
.cmp .start{padding-left:26px}
.groups th{border:0;text-align:left;color:var(--ink2);font-weight:600;padding-bottom:4px}
button.sort{all:unset;cursor:pointer;color:inherit}
button.sort:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
th[aria-sort=ascending] .sort::after{content:" ↑"}
th[aria-sort=descending] .sort::after{content:" ↓"}
.meta.after{margin:12px 0 0}
.events td{text-align:left}
.events th{font-variant-numeric:tabular-nums}
.events td:nth-child(2){white-space:nowrap;font-weight:680}
.events td:nth-child(5){white-space:nowrap;text-align:right;color:var(--ink3)}.events td.some{font-weight:600;color:inherit}
.events tbody th{border-left:2px solid var(--ok);padding-left:20px}
.events .act th{border-left:2px dotted var(--ink3)}
.events .mild th{border-left:5px solid var(--degraded);padding-left:18.5px}
.events .bad th{border-left:9px solid var(--failing);padding-left:16.5px}
.events .worst th{border-left:12px solid var(--down);padding-left:15px}`;

/** The topology at the time of its slider. */
const SCRUBBER = `.map{margin:0 auto}
.moved .tn{--n:var(--ink)}
.moved .tn>rect:first-child{fill:var(--surface);stroke:var(--ok)}
${(['degraded', 'failing', 'down'] as const)
  .map(
    (state) =>
      `.moved .tn[data-s=${state === 'down' ? 'x' : state[0]}]{--n:var(--on-${state})}.moved .tn[data-s=${state === 'down' ? 'x' : state[0]}]>rect:first-child{fill:var(--${state});stroke:var(--${state})}`,
  )
  .join('')}
.moved .tn.u{--n:var(--ink)}
.moved .tn.u>rect:first-child{fill:var(--bg)}
.moved .tn.u[data-s]>rect:first-child{stroke:none}
.moved .tn text,.moved .tn rect~rect{fill:var(--n)}`;

const FIGURES = `figure{margin:18px 0 0}
figure svg{display:block;width:100%;height:auto;overflow:visible}
svg text{font-family:var(--sans);font-variant-numeric:tabular-nums}
.ln{fill:none;stroke-width:1.4}
svg .ar{filter:drop-shadow(0 0 .8px var(--bg)) drop-shadow(0 0 .8px var(--bg)) drop-shadow(0 0 .8px var(--bg))}
svg.st path,svg.st line{vector-effect:non-scaling-stroke}
.cap{font-size:13px;color:var(--ink3);margin:12px 0 0;max-width:52em;line-height:1.5}
.two{display:grid;grid-template-columns:1fr 1fr;gap:28px 36px}
.two>*{min-width:0;margin-top:18px}
.two.sw{grid-template-columns:760fr 520fr}
.nw{display:none!important}
.sm{display:grid;grid-template-columns:repeat(5,minmax(0,1fr));gap:20px 18px;margin-top:20px}
.sm.c1{grid-template-columns:minmax(0,1fr)}.sm.c2{grid-template-columns:repeat(2,minmax(0,1fr))}
.sm.c3{grid-template-columns:repeat(3,minmax(0,1fr))}.sm.c4{grid-template-columns:repeat(4,minmax(0,1fr))}
.sm.c6{grid-template-columns:repeat(3,minmax(0,1fr))}.sm.c7{grid-template-columns:repeat(4,minmax(0,1fr))}
.meters .gut>.in{left:50px}.meters .fc span.g{width:45px}
.sm.flows{margin-bottom:8px}
.scroll.after,.scroll+.scroll{margin-top:22px}
.sm h3{margin:0 0 2px}
.sm .note{font-size:12.5px;color:var(--ink3);line-height:1.4;margin:0 0 6px;flex:1}
.pl{font-size:12px;color:var(--ink2);padding:12px 0 4px;line-height:1.25}
.pl b{font-weight:600}
.fc{position:relative;height:76px}
.fc.tall{height:84px}
.fc.axis{height:18px}
.fc svg{position:absolute;inset:0;width:100%;height:100%}
.gut>.in{position:absolute;inset:0 0 0 40px}
.fc span.g{left:0;width:35px;text-align:right;margin-top:-5px}
.fc span{position:absolute;font-size:11px;line-height:1;color:var(--ink3);white-space:nowrap;font-variant-numeric:tabular-nums;pointer-events:none;text-shadow:0 0 2px var(--bg),0 0 3px var(--bg),0 0 4px var(--bg)}
.fc span.i{color:var(--ink);padding:1px 3px;border-radius:2px;background:color-mix(in srgb,var(--bg) 72%,transparent);text-shadow:none}
.rows{display:grid;grid-template-columns:124px repeat(3,minmax(0,1fr));gap:0 20px;align-items:stretch;margin-top:18px}
.rows .row{display:contents}
.rows .row.off{display:none}
.rows .hd{font-size:12.5px;color:var(--ink3);padding-bottom:6px;align-self:end}
.rows .nm{font-size:13.5px;font-weight:550;line-height:1.3;border-top:1px solid var(--rule);padding-top:9px;min-width:0}
.rows .nm small{display:block;color:var(--ink3);font-weight:400;font-size:12px}
.rows .cell{border-top:1px solid var(--rule);padding:7px 0 8px;min-width:0}
.flow svg{display:block;width:100%;max-width:380px;height:auto}
#tipping .wd svg{max-width:720px}
.broken{display:grid;grid-template-columns:1fr 1fr;gap:22px 40px}
.broken caption b{color:var(--ink);font-weight:600}
.broken .remains td:last-child,.broken .over td:last-child{color:var(--bad);font-weight:600}
.broken .never td,.broken .never th{color:var(--ink3)}
.legend{display:flex;flex-wrap:wrap;gap:4px 18px;font-size:12.5px;color:var(--ink2);margin:12px 0 0;padding:0;list-style:none}
.legend li{display:flex;align-items:center;gap:7px}
.legend svg{width:22px;height:14px;flex:none}
.wfs{display:grid;grid-template-columns:1fr 1fr;gap:14px 40px}
.wfs>*{min-width:0}
.wf{margin-top:10px}
.wf h4{margin:0 0 6px}
${SCRUBBER}
details.fold{margin-top:4px}
details.fold>summary{padding:6px 0}
details{margin-top:10px;font-size:13px}
summary{cursor:pointer;color:var(--ink3);width:fit-content;padding:2px 0}
summary:hover{color:var(--ink)}
details table{font-size:12.5px;margin:8px 0}
details td,details th{padding:4px 14px 4px 0!important}
details tbody th{max-width:30em;overflow:hidden;text-overflow:ellipsis}`;

const INSIDE = `.inside{margin-top:20px}
.clock{position:sticky;top:0;z-index:5;background:var(--bg);padding:8px 0;display:flex;flex-wrap:wrap;gap:6px 20px;align-items:center;border-bottom:1px solid var(--rule);border-top:1px solid var(--rule)}
.clock:empty{display:none}
.ctl{display:flex;flex:1 1 380px;gap:8px;align-items:center;min-width:0}
.ctl input{flex:1 1 120px;min-width:80px;accent-color:var(--ink2)}
.ctl output{min-width:58px;font-size:13px;font-variant-numeric:tabular-nums;font-weight:600}
.clock button,.copy button{font:500 12.5px/1 var(--sans);color:var(--ink2);background:var(--surface);border:0;border-radius:5px;padding:6px 9px;cursor:pointer;white-space:nowrap}
.clock input[type=search]{font:13px var(--sans);color:var(--ink);background:var(--bg);border:1px solid var(--rule);border-radius:5px;padding:4px 8px;width:170px}
.tabs{display:flex;flex-wrap:wrap;gap:2px 4px;margin:34px 0 0;border-bottom:1px solid var(--rule)}
.tabs button{font:500 13.5px/1.2 var(--sans);color:var(--ink2);background:none;border:0;border-bottom:2px solid transparent;padding:8px 10px;margin-bottom:-1px;cursor:pointer}
.tabs button[aria-selected=true]{color:var(--ink);font-weight:650;border-color:var(--ink)}
.tabbed>section{padding-top:18px}.off{display:none}
.copy{display:flex;gap:8px;margin:6px 0 0}.copy button{font-size:12px;padding:4px 8px;color:var(--ink3)}
pre+.copy,.copy+pre{margin-top:6px}
tr[data-at]{cursor:pointer}
.pick{position:relative;display:flex;gap:14px;align-items:center;border:0;margin:0;padding:0;min-width:0}
.pick legend{float:left;padding:0;font-size:13px;color:var(--ink3);margin-right:10px;line-height:28px}
.pick .seg{display:flex;gap:2px;background:var(--surface);border-radius:7px;padding:3px}
.pick label{cursor:pointer}
.pick input{position:absolute;opacity:0;pointer-events:none}
.pick label span{display:block;font-size:13px;font-weight:500;line-height:1;padding:7px 11px;border-radius:5px;color:var(--ink2);white-space:nowrap}
.pick input:checked+span{background:var(--bg);color:var(--ink);box-shadow:0 0 0 1px var(--rule),0 1px 2px #0000000f;font-weight:600}
.pick input:focus-visible+span{outline:2px solid var(--accent)}`;

const NARROW_PAGE = `@media(max-width:1080px){nav.toc{display:none}}
@media(max-width:760px){.page{padding:0 16px}header{padding-top:16px}h1{font-size:20px}h2{font-size:18px}section{padding-top:34px}#variants,.verdict{padding-top:12px}
.say{grid-template-columns:minmax(0,1fr)}.lines{columns:1}.badge{justify-self:start}.answer{font-size:16px}.answer>div{grid-template-columns:42px minmax(0,1fr)}
.strips :is(table,caption,thead,thead tr,thead td,tbody){display:block}.strips thead th,.strips thead .axis{display:none}.strips thead .sc{width:auto;min-width:0}.strips tbody tr{display:grid;grid-template-columns:1fr 1fr;padding:10px 0;border-bottom:1px solid var(--rule);gap:2px 14px}.strips tbody tr>*{border:0;padding:0;text-align:left}.strips tbody :is(th,td.sc){grid-column:1/-1;width:auto;min-width:0;order:-2}.strips tbody td[data-of=Budgets]{order:-1}.strips tbody td:not(.sc){font-size:13px}.fl{padding-left:35px}.strips td[data-of]::before{content:attr(data-of) " ";color:var(--ink3);font-size:12px}
.cards thead{display:none}.cards :is(tbody,tfoot) tr{display:flex;flex-wrap:wrap;gap:0 14px;padding:8px 0;border-bottom:1px solid var(--rule)}.cards :is(tbody,tfoot) tr>*{border:0;padding:0!important;text-align:left;white-space:normal;min-width:0;overflow-wrap:anywhere}.cards :is(tbody,tfoot) th{flex:1 0 100%;max-width:none;overflow-wrap:anywhere}.cards td[data-of]::before{content:attr(data-of) " ";color:var(--ink3);font-size:12px}:is(.cards,.strips) td small{display:inline;margin-left:5px}.cards td:empty,.cards.budget td:has(>.none){display:none}
.clock{position:static}.ctl{flex-wrap:wrap}:is(.clock,.copy,.tabs) button,.pick label span{min-height:44px}.clock button{min-width:44px}.ctl input{height:44px}summary,details.fold>summary{padding:12px 0}
.wd{display:none!important}.nw{display:block!important}
.two,.two.sw,.two.at,.wfs,.broken{grid-template-columns:minmax(0,1fr)}
.sm,.sm.c3,.sm.c4,.sm.c6,.sm.c7{grid-template-columns:repeat(2,minmax(0,1fr))}.sm.flows,.sm.meters{grid-template-columns:minmax(0,1fr)}
.rows{grid-template-columns:repeat(3,minmax(0,1fr));gap:0 10px}.rows .hd0{display:none}.rows .nm{grid-column:1/-1;display:flex;gap:8px;align-items:baseline;padding-top:8px}.rows .cell{border:0;padding:4px 0 8px}.rows .hd{font-size:12px}
.pick{display:block}.pick legend{display:none}.pick .seg{flex-wrap:wrap}.pick label span{padding:15px 12px}
.stick th:first-child{position:sticky;left:0;background:var(--bg);z-index:1;padding-right:12px}
.cmp thead th,.cmp tbody td{padding-left:14px}
.budget tbody th{white-space:normal;min-width:122px;font-size:11.5px;line-height:1.4}.budget tbody th,.budget tbody td{padding-top:6px;padding-bottom:6px}
.after tbody th{white-space:normal;max-width:140px}.after tbody th small{white-space:normal}
dl.m{grid-template-columns:1fr;gap:0}dl.m dd{margin-bottom:10px}
.fc span{font-size:10px}.gut>.in{left:35px}.fc span.g{width:32px;letter-spacing:-.02em}.meters .gut>.in{left:44px}.meters .fc span.g{width:40px}.rows .axis .x{display:none}
.events td:nth-child(3){min-width:190px}}`;

/** A shadow at an edge shows that a map goes on there. */
const SCROLLED = `.scroll:has(>.map){background:linear-gradient(90deg,var(--bg) 50%,transparent) 0 0/48px 100% no-repeat local,linear-gradient(270deg,var(--bg) 50%,transparent) 100% 0/48px 100% no-repeat local,linear-gradient(90deg,var(--rule),transparent) 0 0/16px 100% no-repeat,linear-gradient(270deg,var(--rule),transparent) 100% 0/16px 100% no-repeat}`;

/** Tables with many rows scroll under their heads; on paper they are complete. */
/** A shadow at the lower edge shows that a table has more rows. */
const LONG = `.long{max-height:min(72vh,860px);overflow:auto;background:linear-gradient(transparent,var(--bg) 70%) 0 100%/100% 44px no-repeat local,linear-gradient(transparent,var(--rule)) 0 100%/100% 16px no-repeat}
.long thead{position:sticky;top:0;z-index:2;background:var(--bg);box-shadow:0 1px var(--rule)}
.expected.long{max-height:min(40vh,420px);width:fit-content}
.key.vx{border-top-color:transparent}
.ranking thead th{white-space:normal;min-width:104px;font-weight:500}
.ranking tbody th{font:500 13.5px/1.4 var(--sans)}
.ranking thead th.r{min-width:58px}.ranking td.r,.ranking th.r{text-align:right;width:1%}`;

// The names of many budgets are vertical, so that all columns fit.
const LONG_ON_PAPER = `.long,.expected.long{max-height:none;overflow:visible;break-inside:auto}.long thead{position:static;box-shadow:none}
.ranking thead th,.ranking thead th.r{min-width:0;overflow-wrap:break-word}
.ranking:has(thead th:nth-child(9)) thead th{writing-mode:vertical-rl;height:44mm;padding:0 2px;text-align:end}
.ranking:has(thead th:nth-child(9)) :is(td,th){padding-right:4px}.ranking:has(thead th:nth-child(9)) td{font-size:7.5pt}`;

/** On paper the section *Method* says all that the footer does, which may come alone on a page. */
const ON_PAPER = `@page{size:A4;margin:14mm 12mm}
*{-webkit-print-color-adjust:exact;print-color-adjust:exact}
body{font-size:10pt}
.page{max-width:none;padding:0}
nav.toc,details:not([open]):not(.fold),.skip,.sr,.ctl,.copy,.tabs,.clock input,.cur,.rd,.fold>summary{display:none!important}
.off{display:block!important}
details.fold::details-content{content-visibility:visible;height:auto}
.wd{display:block!important}.nw{display:none!important}@media(max-width:760px){.strips .nw{display:block!important}}
.two{grid-template-columns:1fr 1fr}.two.sw{grid-template-columns:760fr 520fr}.two.at{grid-template-columns:minmax(0,1fr)}.scroll.tall{max-height:none;overflow:visible}.wfs{grid-template-columns:1fr 1fr}
.sm{grid-template-columns:repeat(5,minmax(0,1fr));gap:14px 10px}.sm.c6,.sm.c7{grid-template-columns:repeat(3,minmax(0,1fr))}.sm.c2,.broken{grid-template-columns:repeat(2,minmax(0,1fr))}.sm.c1{grid-template-columns:minmax(0,1fr)}.sm.flows{grid-template-columns:repeat(3,minmax(0,1fr))}.sm.meters{grid-template-columns:repeat(2,minmax(0,1fr))}.sm.meters.c1{grid-template-columns:minmax(0,1fr)}.after tbody th{max-width:none;font-size:8.5pt}.sm.c3{grid-template-columns:repeat(3,minmax(0,1fr))}.sm.c4{grid-template-columns:repeat(4,minmax(0,1fr))}
.rows{grid-template-columns:96px repeat(3,minmax(0,1fr));gap:0 14px}.rows .hd0{display:block}.rows .nm{grid-column:auto;display:block}
.clock{position:static;border:0;break-after:avoid}.pick label:not(:has(:checked)){display:none}
section{padding-top:22px}.inside{margin-top:26px}
h1,h2,h3,h4,.kick,.meta,.lead{break-after:avoid;break-inside:avoid}
.cap{break-before:avoid}
figure,.wf,.rows>*,tr,.cmp,.legend,.sm.meters>div,.fc,.flow{break-inside:avoid}
.pl,caption,thead,.legend{break-after:avoid}
tfoot{display:table-row-group}
.map{min-width:0!important}
.scroll{overflow:visible;position:static;background:none!important}
table{font-size:8.5pt}td small,th small,.cmp td small{font-size:7pt;white-space:normal}
thead th,tbody td,tbody th{padding-right:7px}.cmp thead th,.cmp tbody td,.cmp tbody th{padding-right:0}.cmp .start{padding-left:14px}
.budget tbody th{font-size:8pt;white-space:normal}.budget tfoot td{white-space:normal}.budget thead th{font-size:7.5pt}
pre{white-space:pre-wrap}
.fc span{font-size:8pt}
footer{display:none}`;
