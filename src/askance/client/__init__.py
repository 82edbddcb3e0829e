"""The server from a program: questions, answers, files and selections over HTTP.  Floor 6.

    client = Client("http://127.0.0.1:8765", token="...")       # or the address that `askance label` prints
    photos = client.campaign("photos")
    for task in photos.queue(5).tasks:
        photos.answer(task, "cat")                               # on the server's disk when it returns

What is lost on the way is sent again with the same key, and counts once.  What the server refuses is raised as one of
`askance.errors`, with its sentence.
"""

from askance.client.campaign import CampaignClient
from askance.client.client import LEFT_OUT, Client

__all__ = ["LEFT_OUT", "CampaignClient", "Client"]
