package controllers

// The index of the cache, so that tests can answer for it without a cache.
const DumpIndex = dumpIndex

var IndexDump = indexDump
