#pragma once

namespace fgagt::examples {

/// The style of a report on screen and on paper.
inline constexpr const char* kReportStyle = R"css(
:root { --ink: #1c2430; --soft: #5b6675; --rule: #dfe3e8; --paper: #fff; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1080px; padding: 24px; color: var(--ink); background: var(--paper);
       font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 24px; margin: 0 0 12px; overflow-wrap: anywhere; }
h2 { font-size: 17px; margin: 32px 0 8px; border-bottom: 1px solid var(--rule); padding-bottom: 4px; }
p.note { color: var(--soft); margin: 4px 0 10px; font-size: 13px; }
dl { display: flex; flex-wrap: wrap; gap: 8px 28px; margin: 0; }
dt { color: var(--soft); font-size: 12px; }
dd { margin: 0; font-size: 19px; font-variant-numeric: tabular-nums; }
svg { display: block; max-width: 100%; height: auto; }
.scroll { max-height: 1000px; overflow: auto; }
.bar:hover { opacity: .65; }
.bar { cursor: pointer; }
.view { position: relative; background: #20262e; }
.view img { display: block; width: 100%; height: 100%; }
.view svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.controls { display: flex; flex-wrap: wrap; gap: 12px; align-items: center; margin: 8px 0; }
.controls input[type=range] { flex: 1; min-width: 200px; }
.sheet { display: grid; grid-template-columns: repeat(auto-fill, minmax(235px, 1fr)); gap: 8px; }
.sheet figure { margin: 0; cursor: pointer; }
figcaption { font-size: 12px; color: var(--soft); }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: 4px 10px 4px 0; border-bottom: 1px solid var(--rule); }
th { font-size: 12px; color: var(--soft); font-weight: normal; }
td img { height: 90px; display: block; }
@media print {
  @page { margin: 14mm; }
  body { max-width: none; padding: 0; -webkit-print-color-adjust: exact; print-color-adjust: exact; }
  .player { display: none; }
  .scroll { max-height: none; overflow: visible; }
  .sheet { grid-template-columns: repeat(3, 1fr); }
  section.whole, tr, figure { break-inside: avoid; }
  h2 { break-after: avoid; }
}
)css";

/// The player, the contact sheet, and the click on a track's bar that shows the track.
inline constexpr const char* kReportScript = R"js(
'use strict';
const data = JSON.parse(document.getElementById('data').textContent);
const byFrame = new Map();
data.tracks.forEach((track, t) => track.f.forEach((frame, k) => {
  if (!byFrame.has(frame)) byFrame.set(frame, []);
  byFrame.get(frame).push([t, k]);
}));
const trailLength = 40;
let chosen = -1;

function trailOf(track, k) {
  let points = '';
  for (let i = k; i >= 0 && track.f[k] - track.f[i] < trailLength; --i)
    points += (track.b[4 * i] + track.b[4 * i + 2] / 2) + ',' + (track.b[4 * i + 1] + track.b[4 * i + 3]) + ' ';
  return points;
}

function overlay(frame, withTrails, size) {
  const unit = size * Math.max(data.height, 240) / 480;
  let trails = '', boxes = '';
  for (const [t, k] of byFrame.get(frame) || []) {
    const track = data.tracks[t], x = track.b[4 * k], y = track.b[4 * k + 1];
    const width = track.b[4 * k + 2], height = track.b[4 * k + 3];
    const letters = String(track.id).length, tall = 15 * unit, wide = (8 * letters + 6) * unit;
    const top = Math.max(0, y - tall), left = Math.min(Math.max(0, x), Math.max(0, data.width - wide));
    const faint = chosen >= 0 && chosen !== t ? ' opacity=".25"' : '';
    if (withTrails)
      trails += `<polyline fill="none" stroke="${track.c}" stroke-width="${2 * unit}"${faint} points="${trailOf(track, k)}"/>`;
    boxes += `<g${faint}><rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${track.i}" stroke-width="${3.5 * unit}"/>`
      + `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none" stroke="${track.c}" stroke-width="${2 * unit}"/>`
      + `<rect x="${left}" y="${top}" width="${wide}" height="${tall}" fill="${track.c}" stroke="${track.i}" stroke-width="${.7 * unit}"/>`
      + `<text x="${left + 3 * unit}" y="${top + 12 * unit}" font-size="${13 * unit}" font-family="monospace" fill="${track.i}">${track.id}</text></g>`;
  }
  return trails + boxes;
}

function fill(view, place, withTrails, size) {
  const still = data.stills[place];
  view.querySelector('img').hidden = !still;
  if (still) view.querySelector('img').src = still;
  view.querySelector('svg').innerHTML = overlay(data.shown[place], withTrails, size);
}

function newView() {
  const view = document.createElement('div');
  view.className = 'view';
  view.style.aspectRatio = data.width + ' / ' + data.height;
  view.innerHTML = `<img alt="" hidden><svg viewBox="0 0 ${data.width} ${data.height}"></svg>`;
  return view;
}

if (data.shown.length) {
  const slider = document.getElementById('slider'), caption = document.getElementById('caption');
  const trails = document.getElementById('trails'), play = document.getElementById('play');
  const view = newView(), sheet = document.getElementById('sheet');
  document.getElementById('stage').append(view);
  slider.max = data.shown.length - 1;
  const show = place => {
    slider.value = place;
    const frame = data.shown[place];
    caption.textContent = `frame ${frame} of ${data.frames}, ${(byFrame.get(frame) || []).length} objects`;
    fill(view, place, trails.checked, 1);
  };
  const nearest = frame => data.shown.reduce(
    (best, other, place) => Math.abs(other - frame) < Math.abs(data.shown[best] - frame) ? place : best, 0);
  slider.oninput = () => show(+slider.value);
  trails.onchange = () => show(+slider.value);
  let timer = 0;
  play.onclick = () => {
    if (timer) { clearInterval(timer); timer = 0; play.textContent = 'Play'; return; }
    play.textContent = 'Pause';
    timer = setInterval(() => show((+slider.value + 1) % data.shown.length), 120);
  };
  const bars = document.querySelectorAll('#timeline .bar');
  bars.forEach((bar, t) => bar.onclick = () => {
    chosen = chosen === t ? -1 : t;
    const frames = data.tracks[t].f;
    if (frames.length) show(nearest(frames[Math.floor(frames.length / 2)]));
    document.getElementById('stage').scrollIntoView({block: 'nearest'});
  });
  const stills = Math.min(12, data.shown.length);
  for (let i = 0; i < stills; ++i) {
    const place = Math.round(i * (data.shown.length - 1) / Math.max(1, stills - 1));
    const figure = document.createElement('figure'), small = newView(), words = document.createElement('figcaption');
    words.textContent = 'frame ' + data.shown[place];
    figure.append(small, words);
    figure.onclick = () => show(place);
    sheet.append(figure);
    fill(small, place, true, 2);
  }
  show(Math.floor((data.shown.length - 1) / 2));
}
)js";

} // namespace fgagt::examples
