import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import {
  addressKey,
  addressText,
  foldAddress,
  hostOfUrl,
  isWithin,
  parseAddress,
  parseForwarded,
  parseRange,
  rangesOf,
  regionOf,
} from "../../../src/core/address.ts";
import { isRoutable } from "../../../src/dial/routable.ts";

/** One host in all its spellings: what a bucket, a connection bound, a region and a dialler see must be the same. */
const hosts = [
  {
    folded: "93.184.216.34",
    spellings: ["93.184.216.34", "::ffff:93.184.216.34", "::FFFF:5db8:d822", "0:0:0:0:0:ffff:5db8:d822"],
    withPorts: ["93.184.216.34:1", "[::ffff:93.184.216.34]:65535"],
    ...{ key: "93.184.216.34", region: "93.184", host: "93.184.216.34", routable: [true, true] },
  },
  {
    folded: "10.1.2.3",
    spellings: ["10.1.2.3", "::ffff:a01:203", "[::ffff:10.1.2.3]"],
    withPorts: ["10.1.2.3:80"],
    ...{ key: "10.1.2.3", region: "10.1", host: "10.1.2.3", routable: [false, true] },
  },
  {
    folded: "2606:4700::1111",
    spellings: [
      "2606:4700::1111",
      "2606:4700:0:0::0.0.17.17",
      "2606:4700:0:0:0:0:0:1111",
      "[2606:4700::1111]",
    ],
    withPorts: ["[2606:4700:0::1111]:443"],
    ...{ key: "2606:4700:0:0::/64", region: "2606:4700::/32", host: "[2606:4700::1111]" },
    routable: [true, true],
  },
  {
    folded: "fd00:1:2:3:4:5:6:7",
    spellings: ["fd00:1:2:3:4:5:6:7", "FD00:0001:0002:0003:0004:0005:0006:0007"],
    withPorts: ["[fd00:1:2:3:4:5:6:7]:8091"],
    ...{ key: "fd00:1:2:3::/64", region: "fd00:1::/32", host: "[fd00:1:2:3:4:5:6:7]" },
    routable: [false, true],
  },
  {
    folded: "::1",
    spellings: ["::1", "0::1", "::0:1", "[::1]", "::0.0.0.1"],
    withPorts: ["[::1]:80"],
    ...{ key: "0:0:0:0::/64", region: "0:0::/32", host: "[::1]", routable: [false, true] },
  },
  {
    folded: "fe80::1%eth0",
    spellings: ["fe80::1%eth0", "[fe80:0::1%eth0]"],
    withPorts: ["[fe80::1%eth0]:80"],
    ...{ key: "fe80:0:0:0::/64", region: "fe80:0::/32", host: "[fe80::1%eth0]", routable: [false, false] },
  },
] as const;

for (const { folded, spellings, withPorts, key, region, host, routable } of hosts) {
  describe(`${folded}, however it is written`, () => {
    for (const text of spellings) {
      it(text, () => {
        const address = parseAddress(text);
        assert.ok(address !== null);
        assert.equal(addressText(address), folded);
        assert.equal(foldAddress(text), folded);
        assert.equal(addressKey(text), key);
        assert.equal(regionOf(text), region);
        assert.equal(hostOfUrl(text), host);
        assert.deepEqual(parseForwarded(text), address, "a forwarded entry need not have a port");
        assert.deepEqual([isRoutable(text, false), isRoutable(text, true)], routable);
      });
    }
    for (const text of withPorts) {
      it(`${text}, where a port may stand`, () => {
        const address = parseForwarded(text);
        assert.ok(address !== null);
        assert.equal(addressText(address), folded);
        assert.equal(parseAddress(text), null, "an address alone has no port");
      });
    }
  });
}

test("texts that are no address are none anywhere, and keep their own key", () => {
  const texts = ["", "unix:", "host", "1.2.3", "1.2.3.256", "01.2.3.4", "1.2.3.4/8", " 1.2.3.4", "1.2.3.4 "];
  texts.push(
    "::ffff:1.2.3",
    ":::",
    "1:2:3:4:5:6:7",
    "1:2:3:4:5:6:7:8:9",
    "[1.2.3.4]",
    "[::1",
    "::1]",
    "fe80::1%",
  );
  texts.push(
    "unknown",
    "_hidden",
    "1.2.3.4:",
    "1.2.3.4:70000",
    "[::1]:70000",
    "[::1]:x",
    "::1]:80",
    '"1.2.3.4"',
  );
  for (const text of texts) {
    assert.equal(parseAddress(text), null, text);
    assert.equal(parseForwarded(text), null, text);
    assert.equal(addressKey(text), text);
    assert.equal(foldAddress(text), text);
    assert.equal(regionOf(text), null, text);
    assert.equal(isRoutable(text, true), false, text);
  }
});

test("addresses are written as RFC 5952 asks", () => {
  const table = [
    ["2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
    ["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
    ["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
    ["1:0:0:0:0:0:0:0", "1::"],
    ["0:0:0:0:0:0:0:0", "::"],
    ["64:ff9b::192.0.2.7", "64:ff9b::c000:207"],
    ["::192.0.2.7", "::c000:207"],
    ["::ffff:0:192.0.2.7", "::ffff:0:c000:207"],
  ];
  for (const [text = "", written] of table) assert.equal(foldAddress(text), written);
});

test("the /64 of an IPv6 address has one key, and the next /64 another", () => {
  assert.equal(addressKey("2001:db8:1:2::"), addressKey("2001:db8:1:2:ffff:ffff:ffff:ffff"));
  assert.notEqual(addressKey("2001:db8:1:2:ffff:ffff:ffff:ffff"), addressKey("2001:db8:1:3::"));
  assert.equal(addressKey("2001:0DB8:0001:0002:ffff::"), "2001:db8:1:2::/64");
});

describe("a range", () => {
  const table: [range: string, within: string[], without: string[]][] = [
    [
      "10.0.0.0/8",
      ["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3"],
      ["9.255.255.255", "11.0.0.0", "a00::1"],
    ],
    ["10.1.2.3/8", ["10.9.9.9"], ["11.1.2.3"]],
    ["100.64.0.0/10", ["100.64.0.0", "100.127.255.255"], ["100.63.255.255", "100.128.0.0"]],
    ["198.18.0.0/15", ["198.18.0.0", "198.19.255.255"], ["198.17.255.255", "198.20.0.0"]],
    ["192.0.2.7", ["192.0.2.7", "::ffff:c000:207"], ["192.0.2.6", "192.0.2.8"]],
    ["0.0.0.0/1", ["127.255.255.255"], ["128.0.0.0", "::1"]],
    ["::ffff:10.0.0.0/104", ["10.0.0.0", "10.255.255.255"], ["11.0.0.0"]],
    ["fe80::/10", ["fe80::1%eth0", "febf::1"], ["fec0::1", "254.128.0.0"]],
    ["2001:db8::/33", ["2001:db8:7fff::"], ["2001:db8:8000::"]],
    ["[::1]/128", ["::1"], ["::2", "0.0.0.1"]],
  ];
  for (const [text, within, without] of table) {
    it(text, () => {
      const range = parseRange(text);
      assert.ok(range !== null);
      const has = (host: string) => isWithin(parseAddress(host) ?? assert.fail(host), range);
      for (const host of within) assert.equal(has(host), true, host);
      for (const host of without) assert.equal(has(host), false, host);
    });
  }
  it("needs an address and a prefix of 1 to 32, or 1 to 128", () => {
    const bad = ["", "proxy", "10.0.0.0/0", "10.0.0.0/33", "::/0", "::/129", "10.0.0/8", "10.0.0.0/08"];
    bad.push(
      "10.0.0.0/8/8",
      "10.0.0.1/",
      "/8",
      "fe80::%eth0/10",
      "10.0.0.1:80",
      "10.0.0.1:80/8",
      "::ffff:10.0.0.0/96",
    );
    for (const text of bad) assert.equal(parseRange(text), null, text);
    for (const text of ["10.0.0.0/32", "10.0.0.0/1", "::/1", "::/128", "::ffff:10.0.0.0/97"])
      assert.ok(parseRange(text) !== null, text);
    assert.throws(() => rangesOf(["10.0.0.0/8", "proxy"]), /"proxy"/);
  });
});
