// The page of inuse report --html: port map, table of all sockets, copying. Data comes from #data alone, and every
// text of it becomes text (textContent), never markup.
"use strict";
(() => {
const data = JSON.parse(document.getElementById("data").textContent);
const columns = data.columns, rows = data.rows;
const ROW = 30;          // pixels; the style says the same
const SVG = "http://www.w3.org/2000/svg";
document.documentElement.classList.add("js");

const make = (name, attributes = {}, ...children) => {
	const element = document.createElement(name);
	for (const [key, value] of Object.entries(attributes))
		if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
		else if (value !== null) element.setAttribute(key, value);
	element.append(...children);
	return element;
};
const draw = (name, attributes = {}, text) => {
	const element = document.createElementNS(SVG, name);
	for (const key in attributes) element.setAttribute(key, attributes[key]);
	if (text !== undefined) element.textContent = text;
	return element;
};
const clamp = (n, least, most) => Math.max(least, Math.min(most, n));
const many = n => n.toLocaleString("en").replaceAll(",", "\u202f");
const span = seconds => {
	if (seconds < 0) return "";
	for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "m"]])
		if (seconds >= size) return Math.floor(seconds / size) + unit;
	return seconds + "s";
};

// What stands in a cell, by column: text columns have each value once ("v") and a number a row ("i").
const text = (name, row) => {
	const column = columns[name];
	if (name === "port") return column[row] < 0 ? "" : String(column[row]);
	if (name === "age") return span(column[row]);
	if (name === "left") return column[row] < 0 ? "" : column[row] + " s";
	if (name === "alike") return column[row] < 0 ? "" : "+ " + many(column[row]);
	return column.v[column.i[row]];
};

// ---- copying ----

const said = make("div", {role: "status", class: "skip"});
document.body.append(said);
const copyButton = (code, what) => {
	const button = make("button", {type: "button", class: "copy", "aria-label": "Copy: " + what}, "Copy");
	button.addEventListener("click", async () => {
		let done = true;
		try {
			await navigator.clipboard.writeText(what);
		} catch { // not every browser lets a file use the clipboard: select it, and try the old way
			getSelection().selectAllChildren(code);
			done = document.execCommand("copy");
		}
		button.textContent = done ? "Copied" : "Selected";
		said.textContent = done ? "Copied to the clipboard" : "Selected: copy it with the keyboard";
		setTimeout(() => { button.textContent = "Copy"; }, 1600);
	});
	return button;
};
for (const command of document.querySelectorAll(".command"))
	command.append(copyButton(command.firstChild, command.textContent));

// ---- which rows are shown, and in which order ----

const searched = ["proto", "address", "peer", "state", "program", "pid", "user", "unit", "dir", "command"];
const lower = {};
const values = name => lower[name] ??= columns[name].v.map(value => value.toLowerCase());
const exact = new Set(["proto", "state", "pid"]);

// One word of the filter as a function of a row: "nginx", "port:8000-8080", "state:listen", "-udp".
const matcher = word => {
	if (word.startsWith("-") && word.length > 1) {
		const without = matcher(word.slice(1));
		return row => !without(row);
	}
	const [, field, wanted] = /^([a-z]+):(.*)$/.exec(word) ?? [];
	if (field === "port" && wanted) {
		const [first, last = first] = wanted.split("-").map(Number);
		return row => columns.port[row] >= first && columns.port[row] <= last;
	}
	const named = field && columns[field]?.v;
	const hits = (named ? [field] : searched).map(name => {
		const column = columns[name];
		const good = Uint8Array.from(values(name), value =>
			named ? (exact.has(name) ? value === wanted : value.includes(wanted)) : value.includes(word));
		return good.includes(1) ? [column.i, good] : null;
	}).filter(Boolean);
	const number = !named && /^\d+$/.test(word) ? word : null;
	return row => {
		for (const [index, good] of hits) if (good[index[row]]) return true;
		return number !== null && String(columns.port[row]).startsWith(number);
	};
};

let query = "", scope = "all", sorted = null, descending = false;
let order = Uint32Array.from({length: rows}, (_, row) => row), shown = order, active = -1;

// The place of each value of a text column. Numbers in a text count as numbers, without a function that is called a
// million times; what is not known comes last.
const ranks = {};
const rankOf = name => ranks[name] ??= (() => {
	const keys = values(name).map((value, at) => value.replace(/\d+/g, digits => digits.padStart(6, "0")) + "\0" + at).sort();
	const rank = new Uint32Array(keys.length);
	keys.forEach((key, place) => { rank[key.slice(key.lastIndexOf("\0") + 1)] = place; });
	columns[name].v.forEach((value, at) => { if (value === "" || value === "-" || value === "?") rank[at] = 0x7fffffff; });
	return rank;
})();

const sortBy = name => {
	const column = columns[name], rank = Array.isArray(column) ? null : rankOf(name);
	const key = rank ? row => rank[column.i[row]] : row => column[row] < 0 ? 0xffffffff : column[row];
	// rank and row in one number: stable, and sorted without a function
	const keys = Float64Array.from({length: rows}, (_, row) => key(row) * 2 ** 21 + row).sort();
	order = Uint32Array.from(keys, value => value % 2 ** 21);
	if (descending) {
		const known = order.filter(row => key(row) < 0x7fffffff), rest = order.filter(row => key(row) >= 0x7fffffff);
		order.set(known.reverse());
		order.set(rest, known.length);
	}
};

const choose = () => {
	const tests = query.toLowerCase().split(/\s+/).filter(Boolean).map(matcher);
	if (scope === "bound") tests.unshift(row => row < data.bound);
	if (scope === "connections") tests.unshift(row => row >= data.bound);
	shown = tests.length ? order.filter(row => tests.every(test => test(row))) : order;
	found.textContent = shown.length === rows ? many(rows) + " sockets" : many(shown.length) + " of " + many(rows);
	active = -1;
	scroll.scrollTop = 0;
	render(true);
};

// ---- the table: only rows in sight are in the document ----

const troubles = new Map();
for (const [proto, port, card] of data.troubles) if (!troubles.has(proto + port)) troubles.set(proto + port, card);

const used = name => Array.isArray(columns[name]) ? columns[name].some(value => value >= 0)
	: columns[name].v.some(value => value !== "");
const visible = [["port", "Port", 86], ["proto", "Proto", 68], ["address", "Address", 168], ["peer", "Peer", 190],
	["state", "State", 106], ["program", "Program", 132], ["pid", "PID", 76], ["user", "User", 96], ["unit", "Unit", 130],
	["age", "Age", 66], ["left", "Ends in", 84], ["alike", "More alike", 104], ["command", "Command", 0]].filter(([name]) => used(name));

const head = make("tr", {"aria-rowindex": 1});
const grid = make("table", {class: "grid", role: "grid", tabindex: 0, "aria-label": "All sockets",
	"aria-describedby": "keys"}, make("colgroup", {}, ...visible.map(([, , width]) => {
	const column = make("col");
	if (width) column.style.width = width + "px";
	return column;
})), make("thead", {}, head));
const body = make("tbody");
const above = make("tr", {class: "space", "aria-hidden": "true"}, make("td", {colspan: visible.length}));
const below = above.cloneNode(true);
const scroll = make("div", {class: "scroll"}, grid);
const found = make("span", {id: "found", role: "status"});
grid.append(body);

for (const [name, title] of visible) {
	const cell = make("th", {scope: "col"}, make("button", {type: "button", onclick: () => {
		descending = sorted === name ? !descending : false;
		sorted = name;
		for (const other of head.children) other.removeAttribute("aria-sort");
		cell.setAttribute("aria-sort", descending ? "descending" : "ascending");
		sortBy(name);
		choose();
	}}, title));
	head.append(cell);
}

let first = -1, last = -1;
const render = always => {
	const from = Math.max(0, Math.floor(scroll.scrollTop / ROW) - 8);
	const to = Math.min(shown.length, from + Math.ceil((scroll.clientHeight || 600) / ROW) + 16);
	if (!always && from === first && to === last) return;
	first = from;
	last = to;
	above.firstChild.style.height = from * ROW + "px";
	below.firstChild.style.height = (shown.length - to) * ROW + "px";
	const lines = [above];
	for (let at = from; at < to; at++) {
		const row = shown[at], line = make("tr", {id: "r" + at, "aria-rowindex": at + 2, "aria-selected": String(at === active)});
		if (at === active) line.className = "at";
		for (const [name] of visible) {
			const value = text(name, row), cell = make("td", {class: "c-" + name}, value);
			if (value.length > 12) cell.title = value;
			if (name === "port") {
				const card = troubles.get(text("proto", row) + value);
				if (card && row < data.bound)
					cell.append(make("a", {href: "#t" + card, title: "What stands out about this port", "aria-label": "trouble", tabindex: -1}, "!"));
			}
			line.append(cell);
		}
		lines.push(line);
	}
	lines.push(below);
	body.replaceChildren(...lines);
	grid.setAttribute("aria-rowcount", shown.length + 1);
	if (active >= from && active < to) grid.setAttribute("aria-activedescendant", "r" + active);
	else grid.removeAttribute("aria-activedescendant");
};
scroll.addEventListener("scroll", () => requestAnimationFrame(() => render(false)), {passive: true});

const activate = at => {
	if (!shown.length) return;
	active = clamp(at, 0, shown.length - 1);
	const top = active * ROW, room = scroll.clientHeight - 40 - ROW;
	if (top < scroll.scrollTop) scroll.scrollTop = top;
	else if (top > scroll.scrollTop + room) scroll.scrollTop = top - room;
	render(true);
};
grid.addEventListener("keydown", event => {
	if (event.target !== grid) return;
	const page = Math.max(1, Math.floor(scroll.clientHeight / ROW) - 2);
	const moves = {ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page};
	if (event.key in moves) activate(active + moves[event.key]);
	else if (event.key === "Home") activate(0);
	else if (event.key === "End") activate(shown.length - 1);
	else if (event.key === "Enter" && active >= 0) detail(shown[active]);
	else return;
	event.preventDefault();
});
body.addEventListener("click", event => {
	const line = event.target.closest("tr[id]");
	if (!line || event.target.closest("a") || String(getSelection())) return;
	active = Number(line.id.slice(1));
	render(true);
	detail(shown[active]);
});

// ---- one socket ----

const dialog = make("dialog", {"aria-labelledby": "what"});
document.body.append(dialog);
dialog.addEventListener("click", event => { if (event.target === dialog) dialog.close(); });
const word = value => /^[\w@%+=:,./*[\]-]+$/.test(value) && !/[*[]/.test(value) ? value : "'" + value.replaceAll("'", "'\\''") + "'";
const commandLine = line => {
	const code = make("code", {}, line);
	return make("span", {class: "command"}, code, copyButton(code, line));
};
const detail = row => {
	const port = text("port", row), proto = text("proto", row), address = text("address", row);
	const host = address.replace(/ \(v6\)$/, "");
	const target = !port ? address
		: /[%*]/.test(host) ? port + "/" + proto : (host.includes(":") ? "[" + host + "]" : host) + ":" + port + "/" + proto;
	const facts = make("dl");
	for (const [name, title] of [["proto", "Protocol"], ["address", "Address"], ["port", "Port"], ["peer", "Peer"], ["state", "State"],
		["left", "Ends in"], ["alike", "More alike, not listed"], ["queue", "Accept queue"], ["options", "Options"], ["program", "Program"], ["pid", "PID"],
		["user", "User"], ["unit", "Unit"], ["age", "Running for"], ["dir", "Directory"], ["command", "Command"]]) {
		const value = text(name, row);
		if (value) facts.append(make("dt", {}, title), make("dd", {}, value));
	}
	dialog.replaceChildren(make("button", {type: "button", class: "close", onclick: () => dialog.close()}, "Close"),
		make("h3", {id: "what"}, target), facts, commandLine("inuse why " + word(target)));
	dialog.showModal();
};

// ---- filter ----

const input = make("input", {type: "search", "aria-label": "Filter sockets", autocomplete: "off", spellcheck: "false",
	placeholder: "Filter: nginx, 8080, user:alice, state:listen, port:3000-3999, -udp"});
let pending = 0;
input.addEventListener("input", () => {
	clearTimeout(pending);
	pending = setTimeout(() => { query = input.value; choose(); }, rows > 20000 ? 90 : 0);
});
const scopes = make("div", {class: "pick", role: "group", "aria-label": "Which sockets"});
for (const [name, title] of [["all", "All"], ["bound", "Bound"], ["connections", "Connections"]])
	scopes.append(make("button", {type: "button", "aria-pressed": String(name === scope), onclick: event => {
		scope = name;
		for (const button of scopes.children) button.setAttribute("aria-pressed", String(button === event.currentTarget));
		choose();
	}}, title));
const filter = words => {
	query = input.value = words;
	choose();
	document.getElementById("sockets").scrollIntoView();
	input.focus({preventScroll: true});
};
document.getElementById("live").append(make("div", {class: "tools"}, input, scopes, found), scroll,
	make("p", {class: "hint", id: "keys"}, "Arrow keys move, Enter shows everything about a socket, ", make("kbd", {}, "/"), " filters."));
document.addEventListener("keydown", event => {
	if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === input) return;
	event.preventDefault();
	input.focus();
});
input.addEventListener("keydown", event => {
	if (event.key === "Escape" && input.value) { input.value = query = ""; choose(); }
	if (event.key === "ArrowDown") { event.preventDefault(); grid.focus(); activate(0); }
});
for (const line of document.querySelectorAll(".states tr[data-state]")) {
	const state = line.dataset.state;
	line.firstChild.replaceChildren(make("button", {type: "button", title: "Show them below",
		onclick: () => filter("proto:tcp state:" + state)}, state));
}

// ---- the map: bands of ports, TCP above its line, UDP below ----

const range = data.ranges.tcp, known = range.first > 1024 && range.last >= range.first;
const bands = (known
	? [[0, 1023, "well known"], [1024, range.first - 1, "registered"], [range.first, range.last, "ephemeral: the system chooses from these"],
		[range.last + 1, 65535, "above"]]
	: [[0, 1023, "well known"], [1024, 49151, "registered"], [49152, 65535, "dynamic"]])
	.filter(([a, b]) => a <= b).map(([a, b, name]) => ({a, b, name, from: a, to: b}));

// By protocol: ports that are bound, with their rows; how many sockets of connections a port has.
const ports = {tcp: {bound: new Map(), flow: new Uint32Array(65536)}, udp: {bound: new Map(), flow: new Uint32Array(65536)}};
for (let row = 0; row < rows; row++) {
	const lane = ports[text("proto", row)];
	if (!lane) continue;
	const port = columns.port[row];
	if (row >= data.bound) lane.flow[port] += 1 + Math.max(0, columns.alike[row]);
	else if (lane.bound.has(port)) lane.bound.get(port).push(row);
	else lane.bound.set(port, [row]);
}
const LANE = 22, EMPTY = 5, AXIS = 18, LEVEL = 15;
const isBad = (proto, port) => troubles.has(proto + port);
const nameOf = (proto, port) => {
	const names = [...new Set(ports[proto].bound.get(port).map(row => text("program", row).replace(/ \+\d+$/, "")))].filter(name => name !== "?" && name !== "-");
	return port + (names.length ? " " + names[0].slice(0, 18) + (names.length > 1 ? " +" + (names.length - 1) : "") : "");
};

const place = (band, x) => band.from + clamp(Math.floor(x / band.width * (band.to - band.from + 1)), 0, band.to - band.from);
const across = (band, port) => (port - band.from) / (band.to - band.from + 1) * band.width;

// Labels where there is room, from right to left: each takes the lowest level that is free, and its leader stands left
// of all that are there. What stands out comes first where not all find a place.
const labels = (band, proto, levels) => {
	const marks = [...ports[proto].bound.keys()].filter(port => port >= band.from && port <= band.to)
		.sort((a, b) => b - a).slice(0, 400);
	const arrange = list => {
		const taken = Array.from({length: levels}, () => []), placed = [];
		const free = (level, a, b) => taken[level].every(([c, d]) => b < c || a > d);
		for (const port of list) {
			const label = nameOf(proto, port), middle = across(band, port + .5), width = label.length * 6.4 + 8;
			const start = clamp(middle - 1.5, 0, Math.max(0, band.width - width));
			const level = taken.findIndex((_, at) => free(at, start, start + width) &&
				taken.slice(0, at).every((_, below) => free(below, middle - .4, middle + .4)));
			if (level < 0) continue;
			taken[level].push([start, start + width]);
			for (let below = 0; below < level; below++) taken[below].push([middle - .4, middle + .4]);
			placed.push({port, label, level, start, middle});
		}
		return placed;
	};
	const placed = arrange(marks), bad = marks.filter(port => isBad(proto, port));
	return bad.every(port => placed.some(label => label.port === port)) ? placed
		: arrange([...bad, ...marks.filter(port => !isBad(proto, port))]);
};

const flowPath = (band, proto, base, way) => {
	const bins = Math.min(256, band.to - band.from + 1), counts = new Float64Array(bins), lane = ports[proto];
	let most = 0;
	for (let port = band.from; port <= band.to; port++) {
		if (!lane.flow[port]) continue;
		const bin = Math.floor((port - band.from) / (band.to - band.from + 1) * bins);
		counts[bin] += lane.flow[port];
		most = Math.max(most, counts[bin]);
	}
	if (!most) return "";
	let path = "";
	const wide = band.width / bins;
	counts.forEach((n, bin) => {
		if (!n) return;
		const height = 3 + Math.sqrt(n / most) * (LANE - 3);
		path += `M${(bin * wide).toFixed(1)} ${base}v${(way * height).toFixed(1)}h${Math.max(1.2, wide).toFixed(1)}V${base}z`;
	});
	return path;
};

const ticks = band => {
	const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000];
	const step = steps.find(n => n / (band.to - band.from + 1) * band.width >= 64) ?? 20000, list = [];
	for (let port = Math.ceil(band.from / step) * step; port <= band.to; port += step) list.push(port);
	return list;
};

const paint = band => {
	band.width = Math.max(240, band.svg.clientWidth || 800);
	const top = labels(band, "tcp", 9), bottom = labels(band, "udp", 6);
	const highest = 1 + Math.max(-1, ...top.map(l => l.level)), lowest = 1 + Math.max(-1, ...bottom.map(l => l.level));
	const tcpLane = band.tcp ? LANE : EMPTY, udpLane = band.udp ? LANE : EMPTY;
	const tcpBase = highest * LEVEL + 4 + tcpLane, udpBase = tcpBase + AXIS, height = udpBase + udpLane + lowest * LEVEL + 4;
	// protocol, its line, its way from there, how far its lane goes
	const lanes = [["tcp", tcpBase, -1, tcpLane, top], ["udp", udpBase, 1, udpLane, bottom]], parts = [];
	for (const [proto, base, way, lane] of lanes) {
		const y = way < 0 ? base - lane : base;
		parts.push(draw("rect", {class: "lane", x: 0, y, width: band.width, height: lane}));
		for (const [a, b, kind] of data.ranges[proto].taken) {
			if (b < band.from || a > band.to) continue;
			const x = Math.max(0, across(band, a)), end = Math.min(band.width, across(band, b + 1));
			parts.push(draw("rect", {x, y, width: Math.max(2, end - x), height: lane, fill: `url(#hatch-${kind === "excluded" ? "hard" : "soft"})`}));
		}
	}
	for (const [proto, base, way, lane] of lanes) {
		parts.push(draw("path", {class: proto + " flow", d: flowPath(band, proto, base, way)}));
		const wide = clamp(band.width / (band.to - band.from + 1) - 1, 2.5, 18), paths = {good: "", bad: ""};
		for (const port of ports[proto].bound.keys())
			if (port >= band.from && port <= band.to)
				paths[isBad(proto, port) ? "bad" : "good"] +=
					`M${(across(band, port + .5) - wide / 2).toFixed(1)} ${base}v${way * lane}h${wide.toFixed(1)}V${base}z`;
		parts.push(draw("path", {class: proto, d: paths.good}), draw("path", {class: "bad", d: paths.bad}));
	}
	for (const [proto, base, way, lane, list] of lanes)
		for (const {port, label, level, start, middle} of list) {
			const edge = base + way * lane, y = edge + way * (level * LEVEL + (way < 0 ? 4 : 12));
			if (level) parts.push(draw("path", {class: "leader", d: `M${middle.toFixed(1)} ${edge}V${(y + (way < 0 ? 3 : -10)).toFixed(1)}`}));
			const words = draw("text", {class: isBad(proto, port) ? "bad" : "own", x: start.toFixed(1), y}, label);
			parts.push(words);
			if (isBad(proto, port)) { // it leads to its reason
				const link = draw("a", {href: "#t" + troubles.get(proto + port), tabindex: -1});
				link.append(words);
				parts.push(link);
			}
		}
	let axis = `M0 ${tcpBase + .5}H${band.width}M0 ${udpBase - .5}H${band.width}`;
	for (const port of ticks(band)) {
		const x = across(band, port);
		axis += `M${x.toFixed(1)} ${tcpBase}v3`;
		parts.push(draw("text", {x: clamp(x, 0, band.width - 4).toFixed(1), y: tcpBase + 13,
			"text-anchor": x < 16 ? "start" : x > band.width - 20 ? "end" : "middle"}, port));
	}
	parts.push(draw("path", {class: "axis", d: axis}));
	band.svg.setAttribute("height", height);
	band.svg.setAttribute("viewBox", `0 0 ${band.width} ${height}`);
	band.svg.replaceChildren(...parts);
	band.edge = (tcpBase + udpBase) / 2;
	band.title.textContent = band.from + "–" + band.to;
	band.out.disabled = band.all.disabled = band.from === band.a && band.to === band.b;
	band.in.disabled = band.to - band.from <= 8;
};

const look = (band, from, to) => {
	const wide = clamp(Math.round(to - from), 8, band.b - band.a);
	band.from = clamp(Math.round(from), band.a, band.b - wide);
	band.to = band.from + wide;
	paint(band);
	overview();
};
const zoom = (band, factor, at = (band.from + band.to) / 2) =>
	look(band, at - (at - band.from) * factor, at + (band.to - at) * factor);

const tip = make("div", {id: "tip", hidden: "", "aria-hidden": "true"});
const nearest = (band, event) => {
	const box = band.svg.getBoundingClientRect(), proto = event.clientY - box.top < band.edge ? "tcp" : "udp";
	const x = (event.clientX - box.left) / box.width * band.width, port = place(band, x);
	let best = null, distance = 7;
	for (const other of ports[proto].bound.keys()) {
		const away = Math.abs(across(band, other + .5) - x);
		if (other >= band.from && other <= band.to && away < distance) { best = other; distance = away; }
	}
	return {proto, port: best ?? port, hit: best !== null};
};
const about = ({proto, port, hit}) => {
	const lines = [port + "/" + proto];
	if (hit) {
		const list = ports[proto].bound.get(port);
		for (const row of list.slice(0, 4))
			lines.push(text("program", row) + (/^\d/.test(text("pid", row)) ? " (pid " + text("pid", row) + ")" : "") + " " +
				(text("state", row) === "listen" ? "listens on " : "bound to ") + text("address", row));
		if (list.length > 4) lines.push("and " + (list.length - 4) + " more");
		if (isBad(proto, port)) lines.push("Something stands out here.");
	}
	const flow = ports[proto].flow[port];
	if (flow) lines.push(many(flow) + (flow === 1 ? " connection" : " connections"));
	for (const [a, b, kind] of data.ranges[proto].taken)
		if (port >= a && port <= b) lines.push(kind + " " + a + "–" + b);
	if (lines.length === 1) lines.push("nothing has it");
	return lines.join("\n");
};

const overviewSvg = draw("svg", {class: "overview", "aria-hidden": "true"});
const overview = () => {
	const width = Math.max(240, overviewSvg.clientWidth || 800), gap = 6, weights = bands.map(({a, b}) => Math.sqrt(b - a + 1));
	const unit = (width - gap * (bands.length - 1)) / weights.reduce((sum, n) => sum + n), parts = [];
	let left = 0;
	bands.forEach((band, number) => {
		const wide = weights[number] * unit, scale = port => left + (port - band.a) / (band.b - band.a + 1) * wide;
		band.left = left;
		band.wide = wide;
		parts.push(draw("rect", {class: "lane", x: left, y: 0, width: wide, height: 20, rx: 2}));
		for (const [proto, y] of [["tcp", 1], ["udp", 11]]) {
			let path = "";
			for (const port of ports[proto].bound.keys())
				if (port >= band.a && port <= band.b) path += `M${scale(port).toFixed(1)} ${y}v8h1.5v-8z`;
			parts.push(draw("path", {class: proto, d: path}));
		}
		if (band.from > band.a || band.to < band.b) parts.push(draw("rect", {class: "window", x: scale(band.from) + .5, y: .5, width: Math.max(3, scale(band.to + 1) - scale(band.from) - 1), height: 19, rx: 2}));
		parts.push(draw("text", {x: left, y: 31}, wide > 86 ? band.a + "–" + band.b : wide > 38 || !number ? band.a : ""));
		left += wide + gap;
	});
	overviewSvg.setAttribute("viewBox", `0 0 ${width} 34`);
	overviewSvg.replaceChildren(...parts);
};
overviewSvg.addEventListener("click", event => {
	const box = overviewSvg.getBoundingClientRect(), x = event.clientX - box.left;
	const band = bands.find(({left, wide}) => x >= left && x <= left + wide);
	if (!band) return;
	const port = band.a + (x - band.left) / band.wide * (band.b - band.a), half = (band.b - band.a) / 16;
	look(band, port - half, port + half);
	band.box.focus();
});

const hatch = (id, cls) => {
	const pattern = draw("pattern", {id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)"});
	pattern.append(draw("path", {class: cls, d: "M3 0V6"}));
	return pattern;
};
const legendMark = (...children) => {
	const svg = draw("svg", {viewBox: "0 0 16 12", "aria-hidden": "true"});
	svg.append(...children);
	return svg;
};
const buildMap = () => {
	const legend = make("p", {class: "legend"});
	const entry = (mark, words) => legend.append(make("span", {}, legendMark(mark), words));
	entry(draw("rect", {class: "tcp", x: 6, width: 4, height: 12}), "TCP bound, above the line");
	entry(draw("rect", {class: "udp", x: 6, width: 4, height: 12}), "UDP bound, below");
	entry(draw("path", {class: "tcp flow", d: "M0 12V7h5V4h5v5h6v3z"}), "connections");
	if (data.troubles.length) entry(draw("rect", {class: "bad", x: 6, width: 4, height: 12}), "stands out");
	const kinds = new Set([...data.ranges.tcp.taken, ...data.ranges.udp.taken].map(([, , kind]) => kind));
	if (kinds.has("reserved") || kinds.has("administered"))
		entry(draw("rect", {width: 16, height: 12, fill: "url(#hatch-soft)"}), "reserved: never chosen by the system");
	if (kinds.has("excluded")) entry(draw("rect", {width: 16, height: 12, fill: "url(#hatch-hard)"}), "excluded: nobody may bind it");
	const defs = draw("svg", {class: "defs", width: 0, height: 0, "aria-hidden": "true"});
	defs.append(draw("defs"));
	defs.firstChild.append(hatch("hatch-soft", "hatch"), hatch("hatch-hard", "hatch hard"));
	const box = make("div", {class: "mapbox"}, legend, overviewSvg, defs);
	for (const band of bands) {
		const inside = proto => [...ports[proto].bound.keys()].filter(port => port >= band.a && port <= band.b).length;
		for (const proto of ["tcp", "udp"])
			band[proto] = inside(proto) + ports[proto].flow.subarray(band.a, band.b + 1).reduce((n, flow) => n + flow, 0) > 0;
		const flows = ports.tcp.flow.subarray(band.a, band.b + 1).reduce((n, flow) => n + (flow > 0), 0);
		const words = `${band.name} · ${inside("tcp")} TCP, ${inside("udp")} UDP` + (flows ? ` · connections on ${many(flows)} port${flows === 1 ? "" : "s"}` : "");
		const button = (label, sign, act) => make("button", {type: "button", "aria-label": `${label} ports ${band.a} to ${band.b}`, title: label, onclick: act}, sign);
		band.svg = draw("svg", {"aria-hidden": "true", preserveAspectRatio: "none"});
		band.title = make("b");
		band.in = button("Zoom into", "+", () => zoom(band, .5));
		band.out = button("Zoom out of", "−", () => zoom(band, 2));
		band.all = button("Show all of", "all", () => look(band, band.a, band.b));
		band.box = make("div", {class: "band", tabindex: 0, role: "group", "aria-label": `Ports ${band.a} to ${band.b}, ${words}. Plus and minus zoom, arrows move, 0 shows all.`},
			make("div", {class: "bandhead"}, band.title, make("span", {}, words), make("div", {class: "zoom"}, band.in, band.out, band.all)), band.svg);
		band.box.addEventListener("keydown", event => {
			if (event.ctrlKey || event.metaKey || event.altKey) return;
			const step = (band.to - band.from) / 4;
			const keys = {"+": () => zoom(band, .5), "=": () => zoom(band, .5), "-": () => zoom(band, 2), "0": () => look(band, band.a, band.b),
				ArrowLeft: () => look(band, band.from - step, band.to - step), ArrowRight: () => look(band, band.from + step, band.to + step)};
			if (!keys[event.key]) return;
			event.preventDefault();
			keys[event.key]();
		});
		// the wheel scrolls the page until a band is chosen: nobody is caught in the map
		band.svg.addEventListener("wheel", event => {
			if (!event.ctrlKey && !band.box.contains(document.activeElement)) return;
			event.preventDefault();
			const box = band.svg.getBoundingClientRect();
			zoom(band, event.deltaY < 0 ? .8 : 1.25, place(band, (event.clientX - box.left) / box.width * band.width));
		}, {passive: false});
		band.svg.addEventListener("pointermove", event => {
			const outer = map.getBoundingClientRect();
			tip.textContent = about(nearest(band, event));
			tip.hidden = false;
			const x = event.clientX - outer.left;
			tip.style.left = Math.max(0, Math.min(x + 14, outer.width - tip.offsetWidth - 4)) + "px";
			tip.style.top = event.clientY - outer.top + 18 + "px";
		});
		band.svg.addEventListener("pointerleave", () => { tip.hidden = true; });
		band.svg.addEventListener("dblclick", event => {
			const at = nearest(band, event);
			filter("proto:" + at.proto + " port:" + at.port);
		});
		box.append(band.box);
	}
	map.append(box, make("p", {class: "hint"}, "Choose a band, then the wheel or ", make("kbd", {}, "+"), " ", make("kbd", {}, "−"), " ", make("kbd", {}, "←"), " ",
		make("kbd", {}, "→"), " zoom and move, ", make("kbd", {}, "0"), " shows all of it. A double click shows a port in the table."), tip);
	const all = () => { bands.forEach(paint); overview(); };
	new ResizeObserver(() => requestAnimationFrame(all)).observe(map);
	addEventListener("beforeprint", () => { for (const more of document.querySelectorAll("details")) more.open = true; all(); });
};
const map = document.getElementById("map");

choose();
buildMap();
})();
