"""What is said of the server: how long the line is, that it is full, that nobody answers."""

LOST = "The server does not answer. This page waits, and goes on when it is back."
BACK = "The server is back."
AGAIN = "The server is back. What it was at work on is lost: please ask again."
NEXT = "Waiting in line: yours is next."
PLACE = "Waiting in line: {before} before yours{eta}."
ETA = ", about {seconds} s"


def busy(most: int) -> str:
    """The answer to one question too many.

    Args:
        most: questions that may wait at the same time.
    """
    return (
        f"hemo is busy: {most} questions wait already, and yours was not taken. "
        "Ask again in a minute."
    )
