"""SQLAlchemy: a plugin with the engine, and a tool with one session for each request."""

import os

import cherrypy
from cherrypy.process.plugins import SimplePlugin
from sqlalchemy import create_engine, select
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column


class Base(DeclarativeBase):
    pass


class Book(Base):
    __tablename__ = "books"
    number: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(unique=True)


class Database(SimplePlugin):
    def start(self):
        self.engine = create_engine(os.environ["DATABASE"], pool_pre_ping=True)
        Base.metadata.create_all(self.engine)  # in an application: migrations

    start.priority = 60  # before the server, which has 75

    def stop(self):
        self.engine.dispose()


class SessionTool(cherrypy.Tool):
    """Gives the request a session, and commits it unless the response is an error."""

    def __init__(self, database):
        super().__init__("before_handler", self.begin, priority=60)
        self.database = database

    def begin(self):
        cherrypy.request.db = Session(self.database.engine)
        cherrypy.request.hooks.attach("before_finalize", self.commit, priority=90)
        cherrypy.request.hooks.attach("on_end_resource", self.close)

    def commit(self):
        if int(str(cherrypy.response.status or 200)[:3]) < 400:
            cherrypy.request.db.commit()

    def close(self):
        cherrypy.request.db.close()  # takes back what was not committed


class Books:
    _cp_config = {"tools.database_session.on": True}

    @cherrypy.expose
    def index(self):
        return ", ".join(cherrypy.request.db.scalars(select(Book.title).order_by(Book.number)))

    @cherrypy.expose
    @cherrypy.tools.allow(methods=["POST"])
    def add(self, title):
        cherrypy.request.db.add(Book(title=title))
        cherrypy.request.db.flush()
        if not title.istitle():
            raise cherrypy.HTTPError(400, "A title has capital letters.")
        raise cherrypy.HTTPRedirect("/")


def application():
    database = Database(cherrypy.engine)
    database.subscribe()
    cherrypy.tools.database_session = SessionTool(database)
    return cherrypy.Application(Books())
