import assert from "node:assert/strict";
import { test } from "node:test";
import { isRoutable } from "../../../src/dial/routable.ts";

const open = [
  "1.1.1.1",
  "9.255.255.255",
  "11.0.0.0",
  "100.63.255.255",
  "100.128.0.0",
  "126.255.255.255",
  "128.0.0.0",
];
const open4 = [
  ...open,
  "169.253.255.255",
  "169.255.0.0",
  "172.15.255.255",
  "172.32.0.0",
  "191.255.255.255",
  "192.0.1.0",
  "192.0.3.0",
  "192.167.255.255",
  "192.169.0.0",
  "198.17.255.255",
  "198.20.0.0",
  "223.255.255.255",
  "::ffff:1.1.1.1",
];
const open6 = [
  "2606:4700::1111",
  "2000::",
  "2001:200::1",
  "2001:db7:ffff::1",
  "2001:db9::",
  "2003::",
  "3ffe:ffff::1",
  "[2606:4700::1111]",
];

const closed4 = [
  "10.0.0.0",
  "10.255.255.255",
  "100.64.0.0",
  "100.127.255.255",
  "127.0.0.1",
  "127.255.255.255",
  "169.254.169.254",
  "172.16.0.0",
  "172.31.255.255",
  "192.168.0.1",
  "::ffff:10.0.0.1",
  "::ffff:7f00:1",
];
const closed6 = ["::1", "fc00::1", "fdff:ffff::1", "fe80::1", "febf::1"];

const never = [
  "0.0.0.0",
  "0.1.2.3",
  "192.0.0.1",
  "192.0.2.1",
  "192.88.99.1",
  "198.18.0.1",
  "198.19.255.255",
  "198.51.100.1",
  "203.0.113.1",
  "224.0.0.1",
  "239.255.255.255",
  "240.0.0.1",
  "255.255.255.255",
  "::",
  "::2",
  "::127.0.0.1",
  "::ffff:192.0.2.1",
  "64:ff9b::101:101",
  "100::1",
  "2001::1",
  "2001:2::1",
  "2001:1ff:ffff::1",
  "2001:db8::1",
  "2002:a00:1::1",
  "3fff::1",
  "3fff:fff::1",
  "4000::1",
  "5f00::1",
  "fec0::1",
  "ff02::1",
  "ffff::1",
];

const noAddress = [
  "",
  "localhost",
  "example.org",
  "1.1.1",
  "1.1.1.1.1",
  "1.1.1.256",
  "01.1.1.1",
  "0x1.1.1.1",
  "16843009",
  " 1.1.1.1",
  "1.1.1.1 ",
  "1.1.1.1/8",
  "1.1.1.1:80",
  "1.1.1.1@10.0.0.1",
  "[2606:4700::1111]:80",
  "fe80::1%eth0",
  "2606:4700::1111%0",
  "２.1.1.1",
];

test("public addresses are dialled, whatever is allowed", () => {
  for (const ip of [...open4, ...open6]) {
    assert.equal(isRoutable(ip, false), true, ip);
    assert.equal(isRoutable(ip, true), true, ip);
  }
});

test("addresses of closed networks are dialled only when that is allowed", () => {
  for (const ip of [...closed4, ...closed6]) {
    assert.equal(isRoutable(ip, false), false, ip);
    assert.equal(isRoutable(ip, true), true, ip);
  }
});

test("nobody's addresses and what is no literal address are never dialled", () => {
  for (const ip of [...never, ...noAddress]) {
    assert.equal(isRoutable(ip, false), false, ip);
    assert.equal(isRoutable(ip, true), false, ip);
  }
});
