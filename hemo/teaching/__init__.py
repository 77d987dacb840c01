"""Read first, then see: cases to be read by a learner, and how learner and model did.

Pure logic: nothing here knows of a page, and nothing is kept. A round is what the learner's browser
says of it: its name, the number of the case and the answers so far. What a case holds is worked
out from the name and a secret of this process, so that neither is a truth in the page before it is
revealed nor anything of a learner on the server.
"""
