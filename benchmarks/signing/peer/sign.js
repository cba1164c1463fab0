// Signs document.pdf so many times and tells the milliseconds each took, by the wall and of the processor.
const fs = require("node:fs");
const { plainAddPlaceholder } = require("@signpdf/placeholder-plain");
const { P12Signer } = require("@signpdf/signer-p12");
const { SignPdf } = require("@signpdf/signpdf");

async function sign(pdf, key) {
  const placed = plainAddPlaceholder({
    pdfBuffer: pdf, reason: "Accepted", contactInfo: "", name: "Officer", location: "", subFilter: "ETSI.CAdES.detached",
  });
  return new SignPdf().sign(placed, new P12Signer(key, { passphrase: "pin" }));
}

async function main() {
  const pdf = fs.readFileSync("document.pdf");
  const key = fs.readFileSync("key.p12");
  const told = { wall: [], cpu: [] };
  await sign(pdf, key);
  for (let number = 0; number < Number(process.argv[2]); number += 1) {
    const wall = performance.now();
    const cpu = process.cpuUsage();
    await sign(pdf, key);
    const used = process.cpuUsage(cpu);
    told.wall.push(performance.now() - wall);
    told.cpu.push((used.user + used.system) / 1000);
  }
  console.log(JSON.stringify(told));
}

main();
