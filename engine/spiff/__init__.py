"""The only code that imports SpiffWorkflow: parser, specs, scripts, timers, state codec and compaction.

SpiffWorkflow is the token interpreter and nothing else. What its callers use is `program` (compiling packages) and
`interpreter` (running a case in memory).
"""
