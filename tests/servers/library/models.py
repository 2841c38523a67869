"""What the library keeps."""

from django.db import models


class Author(models.Model):
    class Meta:
        app_label = "library"

    name = models.CharField(max_length=60, unique=True)
    email = models.EmailField(blank=True, default="")
    born = models.DateField(null=True)


class Book(models.Model):
    class Meta:
        app_label = "library"

    title = models.CharField(max_length=120)
    pages = models.PositiveIntegerField(null=True)
    kind = models.CharField(max_length=10, choices=[("novel", "novel"), ("poem", "poem")], default="novel")
    sold = models.BooleanField(default=False)
    added = models.DateTimeField(auto_now_add=True)
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
